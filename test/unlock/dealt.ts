/** A ward with a user, nodes that keep shares, and clients that ask: the keepers stand on one replica, which is their log. */
import { utf8 } from '../../protocol/codec/bytes.ts';
import type { DeviceId } from '../../protocol/codec/ids.ts';
import { blindInput, type BlindedInput } from '../../protocol/crypto/oprf/blinded-input.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { dealShares, type Share } from '../../protocol/crypto/sharing/sharing.ts';
import { signFor, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { dealingId, type Dealing } from '../../protocol/membership/dealing.ts';
import { resetContent, type UnlockAnswer } from '../../protocol/unlock/messages.ts';
import { ShareKeeper } from '../../protocol/unlock/share-keeper.ts';
import { MemoryShareStore, type ShareStore } from '../../protocol/unlock/share-store.ts';
import { buildWard, type TestDevice, type TestSession, type TestWard } from '../support/ward-builder.ts';

export interface Node {
  readonly device: TestDevice;
  readonly store: ShareStore;
  keeper: ShareKeeper;
}

export interface Dealt {
  readonly dealing: Dealing;
  readonly id: Uint8Array;
  readonly shares: readonly Share[];
}

export class DealtWard {
  readonly ward: TestWard;
  readonly user: TestSession;
  readonly nodes: readonly Node[];
  readonly client: TestDevice;

  constructor(ward: TestWard, user: TestSession, nodes: readonly Node[], client: TestDevice) {
    this.ward = ward;
    this.user = user;
    this.nodes = nodes;
    this.client = client;
  }

  /** Makes a key and its shares; nobody has them yet. */
  newDealing(threshold: number, nodes: readonly Node[] = this.nodes): Dealt {
    const { commitments, shares } = dealShares(randomScalar(this.ward.random), threshold, nodes.length, this.ward.random);
    const dealing: Dealing = { threshold, nodes: nodes.map(({ device }) => device.id), commitments };
    return { dealing, id: dealingId(this.ward.id, this.user.user.id, dealing), shares };
  }

  handOver({ dealing, shares }: Dealt, nodes: readonly Node[] = this.nodes, from: DeviceId = this.client.id): Promise<UnlockAnswer[]> {
    return Promise.all(nodes.map(({ keeper }, place) =>
      keeper.answer({ type: 'deal', user: this.user.user.id, dealing, share: shares[place]?.value ?? new Uint8Array(32) }, from)));
  }

  /** The operation by which the log begins to speak of the dealing. */
  async publish({ dealing }: Dealt): Promise<void> {
    await this.ward.put(this.user.operation({ type: 'set-unlock', user: this.user.user.id, bundle: Uint8Array.of(1), dealing, why: 'nodes-changed' }));
    await this.settled();
  }

  async settled(): Promise<void> {
    for (const { keeper } of this.nodes) await keeper.settled();
  }

  async deal(threshold: number): Promise<Dealt> {
    const dealt = this.newDealing(threshold);
    await this.handOver(dealt);
    await this.publish(dealt);
    return dealt;
  }

  blind(password: string): BlindedInput {
    return blindInput(utf8(password), this.ward.random);
  }

  ask({ keeper }: Node, { id }: Pick<Dealt, 'id'>, device: DeviceId = this.client.id, blinded = this.blind('guess').blinded): Promise<UnlockAnswer> {
    return keeper.answer({ type: 'evaluate', user: this.user.user.id, dealing: id, blinded }, device);
  }

  reset({ keeper, device }: Node, { id }: Pick<Dealt, 'id'>, generation: number, key: SigningKey = this.user.user.key): Promise<UnlockAnswer> {
    const { user: { user }, ward } = this;
    const signature = signFor(key, LABEL.unlockReset, ward.id, resetContent(user.id, id, device.id, generation));
    return keeper.answer({ type: 'reset', user: user.id, dealing: id, signature }, this.client.id);
  }

  /** As after a crash: what the store has is all that is known. */
  async restart(node: Node): Promise<void> {
    node.keeper = await openKeeper(this.ward, node.device, node.store);
  }
}

export async function dealtWard(count = 4, makeStore: () => ShareStore = () => new MemoryShareStore()): Promise<DealtWard> {
  const ward = await buildWard();
  const user = await ward.join('anna', 'clinician');
  const nodes: Node[] = [];
  for (let i = 0; i < count; i++) {
    const device = i === 0 ? ward.archive : await ward.addDevice('tablet');
    const store = makeStore();
    nodes.push({ device, store, keeper: await openKeeper(ward, device, store) });
  }
  return new DealtWard(ward, user, nodes, await ward.addDevice('client'));
}

export function openKeeper(ward: TestWard, device: TestDevice, store: ShareStore): Promise<ShareKeeper> {
  return ShareKeeper.open({ replica: ward.replica, self: device.id, store, environment: { clock: ward.clock, entropy: ward.random, log: ward.log } });
}

export function nodeAt(ward: DealtWard, place: number): Node {
  const node = ward.nodes[place];
  if (node === undefined) throw new Error(`there is no node ${place}`);
  return node;
}
