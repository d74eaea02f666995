/**
 * A headless client, made with the library as an app would make it: unlocks, edits, looks, and reports what it is told
 * of each edit. On a tablet it talks to the tablet's node alone and relies on that node's disk; at a desk it goes
 * through the bridge to the archive.
 */
import { WebSocket } from 'ws';
import { runDevice, openFolderReplica } from '../../node/device/running-device.ts';
import { readDeviceFolder } from '../../node/device/device-folder.ts';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';
import { Chart, type NewPatient } from '../../protocol/chart/chart.ts';
import { defaultTeam } from '../../protocol/chart/teams.ts';
import { toHex } from '../../protocol/codec/bytes.ts';
import { deviceId, documentId, hexOf, type DeviceId } from '../../protocol/codec/ids.ts';
import type { DeviceKey } from '../../protocol/crypto/signing/signature.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { startHost, type Host } from '../../protocol/network/host.ts';
import { deviceOfPeerIdText } from '../../protocol/network/peer-id.ts';
import { pipeAddress, pipeTransport } from '../../protocol/network/pipe-transport.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import { createSync } from '../../protocol/sync/link-driver.ts';
import type { Link } from '../../protocol/sync/link.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { openWard } from '../../protocol/ward/ward.ts';
import { answerQuestions, report } from './asked.ts';
import { digestOf } from './digest.ts';
import { must } from './must.ts';

export interface ClientInit {
  readonly folder: string;
  /** Of the tablet's node or, with `bridge`, of the archive. */
  readonly peerId: string;
  readonly bridge?: { readonly origin: string; readonly authority: string };
}

export type ClientHandlers = {
  readonly start: (init: ClientInit) => Promise<void>;
  readonly unlock: (who: { readonly handle: string; readonly password: string }) => Promise<void>;
  readonly admit: (patients: readonly NewPatient[]) => Promise<void>;
  /** Makes a document whose `entries` can be written. Resolves with its id in hex. */
  readonly create: (argument: null) => Promise<string>;
  /** Resolves when the entry is written here; what happens to it further is reported as `saved` and `backed-up`. */
  readonly write: (entry: { readonly document: string; readonly key: string; readonly value: string }) => Promise<void>;
  /** Writes entry after entry until `rest`; resolves with how many there were. */
  readonly writeOn: (where: { readonly document: string; readonly prefix: string }) => Promise<number>;
  readonly rest: (argument: null) => void;
  /** Resolves when a live query shows the text in some document. */
  readonly see: (text: string) => Promise<void>;
  readonly entries: (document: string) => Readonly<Record<string, string>>;
  /** Everything that this user can see, names included. */
  readonly view: (argument: null) => unknown;
};

const environment = realEnvironment(silentLog);
/** Pause between two entries, in milliseconds: a fast typist, many times over. */
const TYPING = 40;

let replica: Replica;
let host: Host;
let ownKey: DeviceKey;
let home: DeviceId;
let savedBy: DeviceId | undefined;
let session: Session;
let chart: Chart;
/** What was shown last, as a page keeps what it shows. */
let shown: unknown;
let resting = false;
const pending = new Map<string, { readonly document: string; saved: boolean }>();

const handlers: ClientHandlers = {
  async start({ folder: path, peerId, bridge }) {
    const folder = must(await readDeviceFolder(path));
    const peer = deviceOfPeerIdText(peerId);
    if (peer === undefined) throw new Error('not a PeerId');
    [ownKey, home] = [folder.key, peer];
    if (bridge === undefined) {
      savedBy = home;
      ({ replica, host } = must(await runDevice(folder, { environment, listen: [] })));
    } else {
      const opened = must(await openFolderReplica(folder, environment));
      replica = opened.replica;
      const sync = createSync({ replica, environment, signer: deviceSigner(folder.key, folder.ward), memory: opened.store });
      host = await startHost({
        deviceKey: folder.key, replica, environment, listen: [],
        transport: pipeTransport({ timers: environment.timers, openSocket: (url) => new WebSocket(url, { ca: bridge.authority, origin: bridge.origin, perMessageDeflate: false }) }),
        addressesOf: ({ id }) => (hexOf(id) === hexOf(home) ? [pipeAddress(bridge.origin)] : []),
        openLink: (channel) => sync.openLink(channel),
      });
    }
    for (const link of host.links()) follow(link);
    host.onLink(follow);
    replica.onAdmitted(reportDigestSoon);
    reportDigestSoon();
  },

  async unlock({ handle, password }) {
    await userArrived(handle);
    const ward = openWard({ replica, deviceKey: ownKey, environment, startEngine: (actor) => nodeEngine(actor, environment.timers), savedBy });
    session = must(await ward.unlock(handle, password));
    chart = new Chart(session, environment);
    replica.onAdmitted(() => void session.settled().then(reportAcknowledged));
  },

  async admit(patients) {
    for (const patient of patients) await chart.addPatient(team(), patient);
  },

  async create() {
    return hexOf(await session.create(team(), { kind: 'entries', entries: {} }));
  },

  write,

  async writeOn({ document, prefix }) {
    let count = 0;
    resting = false;
    for (const isResting = (): boolean => resting; !isResting(); count++) {
      await write({ document, key: `${prefix}${count}`, value: `value ${count}` });
      await new Promise((resolve) => { setTimeout(resolve, TYPING); });
    }
    return count;
  },

  rest() {
    resting = true;
  },

  see: (text) => new Promise((resolve) => {
    const isShown = (): boolean => [...session.documents()].some(({ value }) => JSON.stringify(value)?.includes(text));
    if (isShown()) return resolve();
    const off = session.onChange(() => {
      if (!isShown()) return;
      off();
      resolve();
    });
  }),

  entries: (document) => (session.document(documentId.fromHex(document))?.value?.['entries'] ?? {}) as Record<string, string>,

  view() {
    const { users, teams, devices } = replica.state();
    const names = [...users.values(), ...teams.values(), ...devices.values()].map(({ sealedName }) => session.members.nameOf(sealedName));
    shown = { names, documents: [...session.documents()].map(({ value }) => value) };
    return shown;
  },
};

answerQuestions(handlers);

/** Somebody who was added just now is not known everywhere at once. */
function userArrived(handle: string): Promise<void> {
  const isHere = (): boolean => [...replica.state().users.values()].some((user) => user.handle === handle);
  return new Promise((resolve) => {
    if (isHere()) return resolve();
    const off = replica.onAdmitted(() => {
      if (!isHere()) return;
      off();
      resolve();
    });
  });
}

async function write({ document, key, value }: Parameters<ClientHandlers['write']>[0]): Promise<void> {
  await session.edit(documentId.fromHex(document), (draft) => { Object.assign(draft['entries'] as object, { [key]: value }); });
  pending.set(key, { document, saved: false });
  reportAcknowledged();
}

/** Acknowledged by the peer whose disk counts, and by an archive's receipt. */
function reportAcknowledged(): void {
  for (const [key, entry] of pending) {
    const standing = session.standings.of(documentId.fromHex(entry.document), ['entries', key]);
    if (standing === 'saving') continue;
    if (!entry.saved) report('saved', { key });
    entry.saved = true;
    if (standing !== 'backed-up') continue;
    report('backed-up', { key });
    pending.delete(key);
  }
}

function follow(link: Link): void {
  report('linked', { peer: toHex(link.remote) });
  link.onEvent((event) => {
    if (event.type === 'ended') report('unlinked', { peer: toHex(link.remote) });
    if (pending.size === 0) return;
    if (event.type === 'stored-by-peer') session.standings.storedByPeer(deviceId.from(link.remote), event.chain, event.seq);
    if (event.type === 'equal') session.standings.equalToPeer(deviceId.from(link.remote), event.includes);
    reportAcknowledged();
  });
}

let digestDue = false;

function reportDigestSoon(): void {
  if (digestDue) return;
  digestDue = true;
  setTimeout(() => {
    digestDue = false;
    report('digest', { digest: digestOf(replica) });
  }, 100);
}

function team(): ReturnType<typeof defaultTeam> {
  return defaultTeam(replica.state(), session.user);
}
