/**
 * A ward in memory, for tests: genesis, users, sessions, devices, and signed items of any kind, all from a seed.
 *
 *     const ward = await buildWard();
 *     const nurse = await ward.join('anna', 'clinician');        // add-user, and a session on the ward's tablet
 *     await ward.offer(nurse.changeset(document, bytes));        // signed and offered to ward.replica
 *     const late = nurse.operation({ … }, { heads: [old] });     // signed only: for forks and forgeries, out of order
 *
 * Keys of encryption are random bytes: nothing here can be opened.
 */
import { AUDIT_DOCUMENT, hexOf, deviceId, documentId, inviteId, LOG_DOCUMENT, RECEIPTS_DOCUMENT, sessionId, SESSIONS_DOCUMENT, teamId, userId, type AuthorId, type DeviceId, type DocumentId, type InviteId, type ItemId, type TeamId, type UserId, type WardId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { encodeAudit } from '../../protocol/items/audit.ts';
import { encodeFields, encodeItem, NO_WARD, signItem, type Item, type ItemContent, type ItemPlace } from '../../protocol/items/item.ts';
import { encodeReceipt, type Receipted } from '../../protocol/items/receipt.ts';
import { certifySession, type Certificate } from '../../protocol/membership/certificate.ts';
import { wardIdOf } from '../../protocol/membership/genesis.ts';
import { proveJoin } from '../../protocol/membership/join-proof.ts';
import { encodeOperation, type Action, type Operation } from '../../protocol/membership/operation.ts';
import { encodeSessionStart } from '../../protocol/membership/session-record.ts';
import type { CutEntry, DeviceKind, Role } from '../../protocol/membership/ward-state.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Replica, Verdict } from '../../protocol/replica/replica.ts';
import type { ItemStore } from '../../protocol/store/item-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { seededRandom, testClock, testLog, type Random, type TestClock, type TestLog } from './seeded.ts';

export interface BuildOptions {
  readonly seed?: string;
  readonly store?: ItemStore;
}

/** A user as the tests hold one: with the secret. */
export interface TestUser {
  readonly id: UserId;
  readonly handle: string;
  readonly role: Role;
  readonly key: SigningKey;
}

export interface TestDevice {
  readonly id: DeviceId;
  readonly kind: DeviceKind;
  readonly key: SigningKey;
}

/** Overrides what an item would name by itself: for items out of order, backdated or forged. */
export type Placing = Partial<Pick<ItemPlace, 'seq' | 'prev' | 'heads' | 'time' | 'author'>>;

/** Founds a ward: a founder (admin), a tablet, an archive, and the founder's session. */
export async function buildWard({ seed = 'ward', store = new MemoryStore() }: BuildOptions = {}): Promise<TestWard> {
  const random = seededRandom(seed);
  const clock = testClock();
  const founder: TestUser = { id: userId.from(random.randomBytes(16)), handle: 'founder', role: 'admin', key: signingKeyFromSeed(random.randomBytes(32)) };
  const tablet = newDevice(random, 'tablet');
  const everyone = teamId.from(random.randomBytes(16));
  const admins = teamId.from(random.randomBytes(16));

  const key = signingKeyFromSeed(random.randomBytes(32));
  const certificate = certifySession({ user: founder.key, device: tablet.key }, NO_WARD, { user: founder.id, session: sessionId.from(key.publicKey), created: clock.now() });
  const body = encodeOperation({
    operation: {
      type: 'genesis',
      sealedName: random.randomBytes(40),
      founder: userRecord(random, founder),
      device: { device: tablet.id, kind: tablet.kind, sealedName: random.randomBytes(40) },
      everyone, admins, nonce: random.randomBytes(16),
    },
    certificate,
  });
  const fields = encodeFields({ document: LOG_DOCUMENT, author: certificate.session, seq: 1, prev: new Uint8Array(0), heads: [], time: clock.now() }, { type: 'operation' });
  const genesis = signItem(key, NO_WARD, fields, body);

  const log = testLog();
  const replica = await openReplica({ store, ward: wardIdOf(genesis.id), log });
  const ward = new TestWard({ random, clock, log, replica, genesis, tablet, everyone, admins });
  await ward.offer(genesis);
  ward.founder = await ward.openSession(founder, tablet);
  ward.archive = await ward.addDevice('archive');
  return ward;
}

interface WardParts {
  readonly random: Random;
  readonly clock: TestClock;
  readonly log: TestLog;
  readonly replica: Replica;
  readonly genesis: Item;
  readonly tablet: TestDevice;
  readonly everyone: TeamId;
  readonly admins: TeamId;
}

export class TestWard {
  readonly id: WardId;
  readonly random: Random;
  readonly clock: TestClock;
  readonly log: TestLog;
  readonly replica: Replica;
  readonly genesis: Item;
  readonly tablet: TestDevice;
  readonly everyone: TeamId;
  readonly admins: TeamId;
  /** Every item that was offered and stored, in order: what another replica can be filled with. */
  readonly items: Item[] = [];
  /** Added by `addUser`. */
  readonly #users: TestUser[] = [];
  #founder: TestSession | undefined;
  #archive: TestDevice | undefined;

  constructor({ random, clock, log, replica, genesis, tablet, everyone, admins }: WardParts) {
    this.id = replica.ward;
    this.random = random;
    this.clock = clock;
    this.log = log;
    this.replica = replica;
    this.genesis = genesis;
    this.tablet = tablet;
    this.everyone = everyone;
    this.admins = admins;
  }

  get founder(): TestSession { return present(this.#founder); }
  set founder(session: TestSession) { this.#founder = session; }
  get archive(): TestDevice { return present(this.#archive); }
  set archive(device: TestDevice) { this.#archive = device; }

  heads(): readonly ItemId[] {
    return this.replica.state().heads;
  }

  /** Offers one item as a run of its own, and says what became of it. */
  async offer(item: Item, replica: Replica = this.replica): Promise<Verdict> {
    const verdict = await offerTo(replica, item);
    if (verdict.outcome === 'stored' && replica === this.replica) this.items.push(item);
    return verdict;
  }

  /** As `offer`, for an item that has to be stored. */
  async put(item: Item): Promise<Item> {
    const verdict = await this.offer(item);
    if (verdict.outcome !== 'stored') throw new Error(`not stored: ${JSON.stringify(verdict)}`);
    return item;
  }

  newUser(handle: string, role: Role): TestUser {
    return { id: userId.from(this.random.randomBytes(16)), handle, role, key: signingKeyFromSeed(this.random.randomBytes(32)) };
  }

  newDevice(kind: DeviceKind): TestDevice {
    return newDevice(this.random, kind);
  }

  newDocument(): DocumentId {
    return documentId.from(this.random.randomBytes(16));
  }

  /** Signs add-user by `admin`. */
  addition(user: TestUser, admin: TestSession = this.founder, placing: Placing = {}): Item {
    return admin.operation({ type: 'add-user', ...userRecord(this.random, user) }, placing);
  }

  /** From the fourth admin on, another admin approves (LOG-12). */
  async addUser(handle: string, role: Role, admin: TestSession = this.founder): Promise<TestUser> {
    const user = this.newUser(handle, role);
    const admins = this.#users.filter(({ id }) => this.replica.state().teams.get(hexOf(this.admins))?.members.has(hexOf(id)) === true);
    const second = admins.find(({ id }) => hexOf(id) !== hexOf(admin.user.id));
    if (role === 'admin' && admins.length >= 2 && second !== undefined) {
      await this.put(this.addition({ ...user, role: 'viewer' }, admin));
      for (const item of this.agreed(admin, this.newSession(second), { type: 'set-role', user: user.id, role })) await this.put(item);
    } else {
      await this.put(this.addition(user, admin));
    }
    this.#users.push(user);
    return user;
  }

  /** What one admin proposes at `heads` and another approves. */
  agreed(by: TestSession, second: TestSession, action: Action, heads: readonly ItemId[] = this.heads()): readonly [Item, Item] {
    const proposal = by.operation({ type: 'propose', action }, { heads });
    return [proposal, second.operation({ type: 'approve', proposal: proposal.id, cut: [] }, { heads: [proposal.id] })];
  }

  async addDevice(kind: DeviceKind, admin: TestSession = this.founder): Promise<TestDevice> {
    const device = this.newDevice(kind);
    await this.put(admin.operation({ type: 'add-device', device: device.id, kind, sealedName: this.random.randomBytes(40) }));
    return device;
  }

  /** A session that nobody has heard of yet: `start` is the item that makes it known. */
  newSession(user: TestUser, device: TestDevice = this.tablet): TestSession {
    return new TestSession(this, user, device, signingKeyFromSeed(this.random.randomBytes(32)));
  }

  async openSession(user: TestUser, device: TestDevice = this.tablet): Promise<TestSession> {
    const session = this.newSession(user, device);
    await this.put(session.start());
    return session;
  }

  /** A new user with a session on the ward's tablet. */
  async join(handle: string, role: Role): Promise<TestSession> {
    return this.openSession(await this.addUser(handle, role));
  }

  /** An item in the chain of a device. */
  receipt(device: TestDevice, chains: readonly Receipted[], placing: Placing = {}): Item {
    const author = device.id;
    const head = this.replica.head({ document: RECEIPTS_DOCUMENT, author });
    const place = { seq: (head?.seq ?? 0) + 1, prev: head?.id ?? new Uint8Array(0), heads: this.heads(), time: this.clock.now(), author, ...placing };
    return signItem(device.key, this.id, encodeFields({ document: RECEIPTS_DOCUMENT, ...place }, { type: 'receipt' }), encodeReceipt(chains));
  }

  /** A `join` by the invitation's key for `device`. */
  joining(invitation: SigningKey, device: TestDevice, placing: Placing = {}): Item {
    const invite: InviteId = inviteId.from(invitation.publicKey);
    const operation: Operation = { type: 'join', device: device.id, certificateRequest: new Uint8Array(0), proof: proveJoin(device.key, this.id, invite) };
    const place = { seq: 1, prev: new Uint8Array(0), heads: this.heads(), time: this.clock.now(), author: invite, ...placing };
    return signItem(invitation, this.id, encodeFields({ document: LOG_DOCUMENT, ...place }, { type: 'operation' }), encodeOperation({ operation, certificate: undefined }));
  }

  /** An `ask-recovery` by the device's own key. */
  asking(device: TestDevice, user: UserId, placing: Placing = {}): Item {
    const operation: Operation = { type: 'ask-recovery', user, kemKey: this.random.randomBytes(1216) };
    const head = this.replica.head({ document: LOG_DOCUMENT, author: device.id });
    const place = { seq: (head?.seq ?? 0) + 1, prev: head?.id ?? new Uint8Array(0), heads: this.heads(), time: this.clock.now(), author: device.id, ...placing };
    return signItem(device.key, this.id, encodeFields({ document: LOG_DOCUMENT, ...place }, { type: 'operation' }), encodeOperation({ operation, certificate: undefined }));
  }

  /** Signs renew-user by `admin`; the user as it is from then on. */
  renewal(user: TestUser, admin: TestSession = this.founder, placing: Placing = {}, cut: readonly CutEntry[] = []): { readonly item: Item; readonly user: TestUser } {
    const renewed = { ...user, key: signingKeyFromSeed(this.random.randomBytes(32)) };
    const { signingKey, kemKey, bundle } = userRecord(this.random, renewed);
    return { item: admin.operation({ type: 'renew-user', user: user.id, signingKey, kemKey, bundle, cut }, placing), user: renewed };
  }

  /** Another, empty replica of this ward. */
  emptyReplica(store: ItemStore = new MemoryStore()): Promise<Replica> {
    return openReplica({ store, ward: this.id, log: this.log });
  }
}

/** A session and its chains. What it signs continues its own chain, whether or not anybody stored it. */
export class TestSession {
  readonly ward: TestWard;
  readonly user: TestUser;
  readonly device: TestDevice;
  readonly key: SigningKey;
  readonly id: AuthorId;
  readonly certificate: Certificate;
  readonly #chains = new Map<string, { readonly seq: number; readonly prev: ItemId }>();

  constructor(ward: TestWard, user: TestUser, device: TestDevice, key: SigningKey) {
    const session = sessionId.from(key.publicKey);
    this.ward = ward;
    this.user = user;
    this.device = device;
    this.key = key;
    this.id = session;
    this.certificate = certifySession({ user: user.key, device: device.key }, ward.id, { user: user.id, session, created: ward.clock.now() });
  }

  /** The session's certificate, as the first item of its chain in the sessions document. */
  start(placing: Placing = {}): Item {
    return this.sign(SESSIONS_DOCUMENT, { type: 'session' }, encodeSessionStart(this.certificate), placing);
  }

  operation(operation: Operation, placing: Placing = {}): Item {
    return this.sign(LOG_DOCUMENT, { type: 'operation' }, encodeOperation({ operation, certificate: this.certificate }), placing);
  }

  changeset(document: DocumentId, body: Uint8Array = this.ward.random.randomBytes(100), placing: Placing = {}): Item {
    return this.sign(document, { type: 'changeset', epoch: 1, history: this.ward.random.randomBytes(32) }, body, placing);
  }

  grant(document: DocumentId, team: TeamId, placing: Placing = {}): Item {
    return this.sign(document, { type: 'grant', team, epoch: 1 }, this.ward.random.randomBytes(100), placing);
  }

  /** An item of the read audit, sealed to nobody who could open it. */
  audit(body: Uint8Array = encodeAudit({ readers: [{ user: this.user.id, sealed: this.ward.random.randomBytes(1168) }], sealed: this.ward.random.randomBytes(200) }), placing: Placing = {}): Item {
    return this.sign(AUDIT_DOCUMENT, { type: 'audit' }, body, placing);
  }

  /** Signs the next item of a chain and moves on, unless `placing` says where the item is to be. */
  sign(document: DocumentId, content: ItemContent, body: Uint8Array, placing: Placing = {}): Item {
    const before = this.#chains.get(hexOf(document));
    const place: ItemPlace = {
      document, author: this.id, seq: (before?.seq ?? 0) + 1, prev: before?.prev ?? new Uint8Array(0),
      heads: this.ward.heads(), time: this.ward.clock.now(), ...placing,
    };
    const item = signItem(this.key, this.ward.id, encodeFields(place, content), body);
    if (placing.seq === undefined && placing.prev === undefined) this.#chains.set(hexOf(document), { seq: place.seq, prev: item.id });
    return item;
  }
}

export function offerTo(replica: Replica, ...items: readonly Item[]): Promise<Verdict> {
  const [first] = items;
  if (first === undefined) throw new Error('nothing to offer');
  const { document, author } = first.fields;
  return replica.offer({ document, author, items: items.map(encodeItem) });
}

export function userRecord(random: Random, { id, handle, role, key }: TestUser) {
  return {
    user: id, handle, role, signingKey: key.publicKey, kemKey: random.randomBytes(1216), bundle: random.randomBytes(200), sealedName: random.randomBytes(40),
  };
}

function newDevice(random: Random, kind: DeviceKind): TestDevice {
  const key = signingKeyFromSeed(random.randomBytes(32));
  return { id: deviceId.from(key.publicKey), kind, key };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the ward is not founded yet');
  return value;
}
