/**
 * A small ward in one process: an archive, three tablets and a client that holds some documents only, with real
 * replicas and real sync, over links that are slow, break and are parted, on machines that crash. Everything that
 * happens follows from the seed.
 */
import { strict as assert } from 'node:assert';
import { hexOf, type DocumentId } from '../../protocol/codec/ids.ts';
import { encodeItem, type Chain, type Item } from '../../protocol/items/item.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { Append, ChainHead } from '../../protocol/store/item-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import { createSync, type Sync } from '../../protocol/sync/link-driver.ts';
import type { Link, LinkEvent, Subscription } from '../../protocol/sync/link.ts';
import { trieOf } from '../../protocol/sync/subscription.ts';
import { seededRandom, type Random } from '../support/seeded.ts';
import { buildWard, TestWard, type TestDevice, type TestSession, type TestUser } from '../support/ward-builder.ts';
import { channelPair, type ChannelPair } from '../sync/support/memory-channel.ts';
import { SimulatedDisk } from './crashing-store.ts';
import { VirtualTime } from './virtual-time.ts';

const DOCUMENTS = 12;
/** A client's documents; the rest is none of its business. */
const CLIENT_DOCUMENTS = 4;
const REDIAL_MS = 2_000;
const MAX_LATENCY_MS = 40;
const NAMES = ['archive', 'tablet 1', 'tablet 2', 'tablet 3', 'client'] as const;

interface Machine {
  readonly name: string;
  readonly device: TestDevice;
  readonly disk: SimulatedDisk;
  readonly subscription: Subscription;
  running: Running | undefined;
  /** Who works there since the last start. */
  session: TestSession | undefined;
  /** What its app is writing. */
  saving: Promise<void>;
}

interface Running {
  readonly replica: Replica;
  readonly sync: Sync;
}

interface Wire {
  readonly ends: readonly [Machine, Machine];
  open: { readonly channels: ChannelPair; readonly links: readonly [Link, Link] } | undefined;
  parted: boolean;
}

export interface WorldOptions {
  readonly seed: string;
  /** Told of each operation, in order. */
  readonly note: (operation: string) => void;
}

export class World {
  readonly #random: Random;
  readonly #time: VirtualTime;
  readonly #ward: TestWard;
  readonly #note: (operation: string) => void;
  readonly #machines: readonly Machine[];
  readonly #wires: readonly Wire[];
  readonly #users: readonly TestUser[];
  readonly #documents: readonly DocumentId[];
  /** Items that a machine has reported as saved. */
  readonly #saved: Item[] = [];
  readonly #broken: string[] = [];

  private constructor(ward: TestWard, users: readonly TestUser[], devices: readonly TestDevice[], { seed, note }: WorldOptions) {
    this.#ward = ward;
    this.#users = users;
    this.#note = note;
    this.#random = seededRandom(seed);
    this.#time = new VirtualTime(ward.clock.now());
    this.#documents = Array.from({ length: DOCUMENTS }, () => ward.newDocument());
    const some: Subscription = { type: 'documents', documents: this.#documents.slice(0, CLIENT_DOCUMENTS) };
    this.#machines = devices.map((device, index) => ({
      name: NAMES[index] ?? 'machine',
      device,
      disk: new SimulatedDisk(this.#time, this.#random),
      subscription: device.kind === 'client' ? some : { type: 'all' },
      running: undefined,
      session: undefined,
      saving: Promise.resolve(),
    }));
    const wires: Wire[] = [];
    for (const [index, left] of this.#machines.entries()) {
      for (const right of this.#machines.slice(index + 1)) {
        // The client talks to the archive alone, as through the bridge.
        if (right.device.kind !== 'client' || left.device.kind === 'archive') wires.push({ ends: [left, right], open: undefined, parted: false });
      }
    }
    this.#wires = wires;
  }

  static async create(options: WorldOptions): Promise<World> {
    const { ward: common, users, devices, items } = await (founded ??= found());
    const { clock, log, replica, genesis, tablet, everyone, admins } = common;
    const ward = new TestWard({ random: seededRandom(`ward of ${options.seed}`), clock, log, replica, genesis, tablet, everyone, admins });
    ward.founder = common.founder;
    const world = new World(ward, users, devices, options);
    for (const machine of world.#machines) {
      await machine.disk.durable.append(items);
      await world.#start(machine);
    }
    for (const wire of world.#wires) world.#redial(wire);
    return world;
  }

  /** Lets `operations` happen, about one each 400 ms. */
  async live(operations: number): Promise<void> {
    for (let count = 0; count < operations; count++) {
      await this.#pass(this.#random.below(800));
      await this.#operate();
    }
  }

  /**
   * Ends every trouble, and waits until nothing differs; complains when that takes too long or something is lost.
   * Returns the milliseconds it took.
   */
  async heal(): Promise<number> {
    const begun = this.#time.now();
    this.#note('heal');
    for (const wire of this.#wires) wire.parted = false;
    for (const machine of this.#machines) if (machine.running === undefined) await this.#start(machine);
    const deadline = begun + 180_000;
    while (!this.#converged()) {
      assert.ok(this.#time.now() < deadline, `not converged after three minutes: ${this.#describe()}`);
      await this.#pass(500);
    }
    const took = this.#time.now() - begun;
    for (const item of this.#saved) {
      for (const machine of this.#machines) {
        if (!this.#concerns(machine, item.fields)) continue;
        const head = machine.running?.replica.head(item.fields);
        assert.ok(head !== undefined && head.seq >= item.fields.seq, `${machine.name} lost a saved item`);
      }
    }
    assert.deepEqual(this.#broken, []);
    for (const wire of this.#wires) wire.open?.channels.cut();
    for (const machine of this.#machines) machine.running?.sync.close();
    await this.#pass(0);
    return took;
  }

  async #operate(): Promise<void> {
    const dice = this.#random.below(100);
    if (dice < 62) return this.#edit();
    if (dice < 66) return this.#manage();
    if (dice < 78) return this.#cut();
    if (dice < 86) return this.#crash();
    if (dice < 94) return this.#part();
    return this.#restart();
  }

  async #edit(): Promise<void> {
    const machine = this.#random.pick(this.#machines);
    const replica = machine.running?.replica;
    if (replica === undefined) return;
    const session = machine.session ?? this.#ward.newSession(this.#random.pick(this.#users), machine.device);
    const { heads } = replica.state();
    const time = this.#time.now();
    const items: Item[] = [];
    if (machine.session === undefined) items.push(session.start({ heads, time }));
    machine.session = session;
    const document = this.#random.pick(machine.subscription.type === 'all' ? this.#documents : machine.subscription.documents);
    for (let count = 1 + this.#random.below(3); count > 0; count--) items.push(session.changeset(document, this.#random.randomBytes(60), { heads, time }));
    this.#note(`${machine.name} writes ${items.length} items to ${hexOf(document).slice(0, 4)}`);
    this.#save(machine, replica, items);
  }

  /** As an app would: one after the other, and 'saved' when the replica says so. */
  #save(machine: Machine, replica: Replica, items: readonly Item[]): void {
    machine.saving = machine.saving.then(async () => {
      for (const item of items) {
        const verdict = await replica.offer({ document: item.fields.document, author: item.fields.author, items: [encodeItem(item)] });
        if (verdict.outcome === 'stored') this.#saved.push(item);
        else this.#broken.push(`${machine.name}: own item ${JSON.stringify(verdict)}`);
      }
    });
  }

  /** The ward's founder adds somebody, at whichever tablet: a session of its own each time. */
  async #manage(): Promise<void> {
    const machine = this.#random.pick(this.#machines.slice(0, 4));
    const replica = machine.running?.replica;
    if (replica === undefined) return;
    const placing = { heads: replica.state().heads, time: this.#time.now() };
    const admin = this.#ward.newSession(this.#ward.founder.user, machine.device);
    const handle = `user ${this.#saved.length}`;
    this.#note(`${machine.name} adds ${handle}`);
    this.#save(machine, replica, [admin.start(placing), this.#ward.addition(this.#ward.newUser(handle, 'clinician'), admin, placing)]);
  }

  async #cut(): Promise<void> {
    const wire = this.#random.pick(this.#wires);
    if (wire.open === undefined) return;
    this.#note(`cut ${nameOf(wire)}`);
    wire.open.channels.cut();
  }

  async #crash(): Promise<void> {
    const machine = this.#random.pick(this.#machines);
    if (machine.running === undefined) return;
    this.#note(`crash ${machine.name}`);
    machine.disk.crash();
    machine.running = undefined;
    machine.session = undefined;
    machine.saving = Promise.resolve();
    for (const wire of this.#wires) if (wire.ends.includes(machine)) wire.open?.channels.cut();
    this.#time.after(500 + this.#random.below(8_000), () => void this.#start(machine));
  }

  async #part(): Promise<void> {
    const wire = this.#random.pick(this.#wires);
    wire.parted = !wire.parted;
    this.#note(`${wire.parted ? 'part' : 'join'} ${nameOf(wire)}`);
    if (wire.parted) wire.open?.channels.cut();
  }

  /** A machine is switched off in good order, and on again. */
  async #restart(): Promise<void> {
    const machine = this.#random.pick(this.#machines);
    const { running } = machine;
    if (running === undefined) return;
    this.#note(`restart ${machine.name}`);
    machine.running = undefined;
    machine.session = undefined;
    machine.saving = Promise.resolve();
    running.sync.close();
    await this.#pass(200);
    machine.disk.crash();
    await this.#start(machine);
  }

  async #start(machine: Machine): Promise<void> {
    if (machine.running !== undefined) return;
    const store = machine.disk.open();
    const { id: ward, log } = this.#ward;
    const replica = await openReplica({ store, ward, log });
    const environment = { clock: this.#time, timers: this.#time, log: { event: (name: string, fields: object = {}) => this.#logged(machine, name, fields) } };
    machine.running = { replica, sync: createSync({ replica, environment, signer: deviceSigner(machine.device.key, ward), memory: store }) };
  }

  #logged(machine: Machine, name: string, fields: object): void {
    if (name !== 'sync-channel-failed') this.#broken.push(`${machine.name}: ${name} ${JSON.stringify(fields)}`);
  }

  #redial(wire: Wire): void {
    this.#time.after(this.#random.below(REDIAL_MS), () => {
      this.#dial(wire);
      this.#redial(wire);
    });
  }

  #dial(wire: Wire): void {
    const [left, right] = wire.ends;
    if (wire.open !== undefined || wire.parted || left.running === undefined || right.running === undefined) return;
    const latency = 1 + this.#random.below(MAX_LATENCY_MS);
    const channels = channelPair(left.device.id, right.device.id, (deliver) => void this.#time.after(latency, deliver));
    const links = [left.running.sync.openLink(channels.left, left.subscription), right.running.sync.openLink(channels.right, right.subscription)] as const;
    const open = { channels, links };
    wire.open = open;
    for (const [index, link] of links.entries()) {
      const [own, other] = index === 0 ? [left, right] : [right, left];
      link.onEvent((event) => {
        if (event.type === 'ended' && wire.open === open) wire.open = undefined;
        this.#check(event, other, own.running?.replica);
      });
    }
  }

  /** What the peer claims to be durable is durable there. Nobody is rolled back, as nobody lost what it had signed for. */
  #check(event: LinkEvent, peer: Machine, own: Replica | undefined): void {
    if (event.type === 'rolled-back') this.#broken.push(`${peer.name} rolled back from ${event.before} to ${event.now}`);
    if (event.type === 'ended' && event.reason !== 'cut' && event.reason !== 'done') this.#broken.push(`link to ${peer.name} ended: ${event.reason}`);
    if (event.type === 'stored-by-peer') void this.#checkDurable(peer, event.chain, event.seq);
    if (event.type !== 'equal' || own === undefined) return;
    for (const document of own.documents()) {
      if (event.includes(document)) for (const { author, seq } of own.frontier(document)) void this.#checkDurable(peer, { document, author }, seq);
    }
  }

  async #checkDurable(peer: Machine, chain: Chain, seq: number): Promise<void> {
    const [item] = await peer.disk.durable.read(chain, seq, { maxItems: 1, maxBytes: 1 });
    if (item === undefined) this.#broken.push(`${peer.name} acknowledged what it has not`);
  }

  #converged(): boolean {
    const replicas = this.#machines.map((machine) => machine.running?.replica);
    const [archive] = replicas;
    if (archive === undefined) return false;
    return this.#machines.every((machine, index) => {
      const replica = replicas[index];
      return replica !== undefined && rootOf(replica, machine.subscription) === rootOf(archive, machine.subscription);
    }) && this.#wires.every((wire) => wire.open?.links.every((link) => link.inSync) === true);
  }

  #concerns({ subscription }: Machine, { document }: Chain): boolean {
    if (subscription.type === 'all') return true;
    return subscription.documents.some((wanted) => hexOf(wanted) === hexOf(document));
  }

  #describe(): string {
    const counts = this.#machines.map(({ name, running }) => `${name} ${running?.replica.count ?? 'off'}`);
    const wires = this.#wires.map((wire) => `${nameOf(wire)} ${wire.open === undefined ? 'closed' : wire.open.links.map(({ inSync }) => (inSync ? 'in sync' : 'busy')).join('/')}`);
    return [...counts, ...wires].join(', ');
  }

  #pass(milliseconds: number): Promise<void> {
    return this.#time.runUntil(this.#time.now() + milliseconds);
  }
}

interface Founded {
  readonly ward: TestWard;
  readonly users: readonly TestUser[];
  readonly devices: readonly TestDevice[];
  /** The log so far: everybody has joined. All else has to be synced. */
  readonly items: Append;
}

/** The same for every seed, so made once. */
let founded: Promise<Founded> | undefined;

async function found(): Promise<Founded> {
  const store = new MemoryStore();
  const ward = await buildWard({ seed: 'simulation', store });
  const users: TestUser[] = [];
  for (const handle of ['anna', 'ben', 'carla']) users.push(await ward.addUser(handle, 'clinician'));
  const devices = [ward.archive, ward.tablet, await ward.addDevice('tablet'), await ward.addDevice('tablet'), await ward.addDevice('client')];
  const heads: ChainHead[] = [];
  for await (const head of store.heads()) heads.push(head);
  const chains = await Promise.all(heads.map((head) => store.read(head, 1, { maxItems: 1_000, maxBytes: 1_000_000 })));
  return { ward, users, devices, items: { items: chains.flat(), heads } };
}

function nameOf({ ends: [left, right] }: Wire): string {
  return `${left.name} – ${right.name}`;
}

function rootOf(replica: Replica, subscription: Subscription): string {
  return trieOf(replica, subscription).root().join();
}
