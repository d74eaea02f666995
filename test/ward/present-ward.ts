/** A small ward whose nodes keep shares: four of them, in memory, each of which can be switched off or turned. */
import type { Clock, Environment } from '../../protocol/codec/environment.ts';
import { deviceId, hexOf, type DeviceId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { invitationKey } from '../../protocol/network/join-code.ts';
import type { UnlockAnswer, UnlockNodes, UnlockQuestion } from '../../protocol/unlock/messages.ts';
import { inviteDevice } from '../../node/cli/invite.ts';
import { realUptime } from '../../node/device/real-environment.ts';
import { answerUnlock } from '../../protocol/unlock/answering.ts';
import { PinKeeper } from '../../protocol/unlock/pin-keeper.ts';
import { GlassKeeper } from '../../protocol/unlock/glass-keeper.ts';
import { ShareKeeper } from '../../protocol/unlock/share-keeper.ts';
import { MemoryShareStore } from '../../protocol/unlock/share-store.ts';
import type { UnlockProgress } from '../../protocol/ward/presence.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { openWard, type UnlockFailure, type Ward } from '../../protocol/ward/ward.ts';
import type { Result } from '../../protocol/codec/result.ts';
import { addPlace, environment, found, joinBy, PASSWORD, type Place } from './small-ward.ts';

export interface PresentNode {
  readonly id: DeviceId;
  readonly keeper: ShareKeeper;
  readonly glass: GlassKeeper;
  /** Of a tablet. */
  readonly pins: PinKeeper | undefined;
  readonly store: MemoryShareStore;
  isOn: boolean;
  /** It takes questions and says nothing, as a machine does that hangs. */
  hangs: boolean;
  /** What an evil node makes of its answers. */
  turned: ((answer: UnlockAnswer) => UnlockAnswer) | undefined;
  /** Questions it was asked. */
  readonly asked: UnlockQuestion[];
}

export class PresentWard {
  readonly office: Place;
  readonly nodes: PresentNode[] = [];

  /** Of pages and nodes. */
  readonly environment: Environment;

  constructor(office: Place, its: Environment = environment) {
    this.office = office;
    this.environment = its;
  }

  /** As `device` asks them: its key is what the channel would prove. */
  nodesFor(device: DeviceId): UnlockNodes {
    return {
      ask: async (node, question) => {
        const asked = this.nodes.find(({ id }) => hexOf(id) === hexOf(node));
        if (asked === undefined || !asked.isOn) return undefined;
        asked.asked.push(question);
        if (asked.hangs) return new Promise(() => {});
        const answer = await answerUnlock(asked.keeper, asked.pins, asked.glass)(question, device);
        return asked.turned === undefined ? answer : asked.turned(answer);
      },
    };
  }

  async addNode(admin: Session, kind: 'archive' | 'tablet'): Promise<PresentNode> {
    const id = deviceId.from(signingKeyFromSeed(environment.entropy.randomBytes(32)).publicKey);
    const added = await admin.members.addDevice(id, kind, kind);
    if (!added.ok) throw new Error(added.failure);
    return this.#start(id, kind);
  }

  /** A tablet with its page, by one code. `uptime`: the clock of its machine. */
  async addTablet(admin: Session, uptime?: Clock): Promise<{ readonly node: PresentNode; readonly page: Place }> {
    const { replica } = this.office;
    const secret = await inviteDevice(admin, replica, environment, { kind: 'tablet', name: 'Tablet', expires: environment.clock.now() + 60_000 });
    if (!secret.ok) throw new Error(secret.failure);
    const [tablet, key] = [await joinBy(replica, invitationKey(secret.value, replica.ward, 'tablet')), await joinBy(replica, invitationKey(secret.value, replica.ward, 'client'))];
    const node = await this.#start(deviceId.from(tablet.publicKey), 'tablet', uptime);
    return { node, page: { ...await addPlace(admin, replica), key } };
  }

  /** What a page has to unlock with. */
  openWard({ replica, key }: Place): Ward {
    const device = deviceId.from(key.publicKey);
    return openWard({ replica, deviceKey: key, environment: this.environment, startEngine: (actor) => nodeEngine(actor, environment.timers), unlockNodes: this.nodesFor(device) });
  }

  async #start(id: DeviceId, kind: 'archive' | 'tablet', uptime: Clock = realUptime): Promise<PresentNode> {
    const store = new MemoryShareStore();
    const { replica } = this.office;
    const keeper = await ShareKeeper.open({ replica, self: id, store, environment: this.environment });
    const pins = kind === 'tablet' ? new PinKeeper({ replica, self: id, environment, uptime }) : undefined;
    const glass = await GlassKeeper.open({ replica, self: id, store, environment: this.environment });
    const node: PresentNode = { id, keeper, glass, pins, store, isOn: true, hangs: false, turned: undefined, asked: [] };
    this.nodes.push(node);
    return node;
  }

  unlock(place: Place, handle: string, password = PASSWORD, onProgress?: (progress: UnlockProgress) => void): Promise<Result<Session, UnlockFailure>> {
    return this.openWard(place).unlock(handle, password, onProgress);
  }

  /** As `unlock`, of which it is expected that it works; resolves when what it set right is in the log. */
  async session(place: Place, handle: string, password = PASSWORD): Promise<Session> {
    const unlocked = await this.unlock(place, handle, password);
    if (!unlocked.ok) throw new Error(unlocked.failure);
    await unlocked.value.settled();
    await this.settled();
    return unlocked.value;
  }

  async settled(): Promise<void> {
    for (const { keeper, glass } of this.nodes) {
      await keeper.settled();
      await glass.settled();
    }
  }

  node(place: number): PresentNode {
    const node = this.nodes[place];
    if (node === undefined) throw new Error(`there is no node ${place}`);
    return node;
  }
}

/** A ward of `count` nodes with the policy, and a nurse `heron-42` whose bundle was made under it. */
export async function presentWard(threshold = 3, count = 4, its: Environment = environment): Promise<PresentWard> {
  const ward = new PresentWard(await found(), its);
  const admin = await ward.session(ward.office, 'admin-1');
  for (let i = 0; i < count; i++) await ward.addNode(admin, i === 0 ? 'archive' : 'tablet');
  const set = await admin.members.setUnlockPolicy({ threshold, nodes: count });
  if (!set.ok) throw new Error(set.failure);
  const nurse = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  if (!nurse.ok) throw new Error(nurse.failure);
  await admin.lock();
  await ward.settled();
  return ward;
}
