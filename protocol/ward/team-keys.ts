/**
 * Team keys in the ward's chains: reading the grants of one's teams, and settling what is owed.
 *
 * Owed is a wrap for every member that has none, and a new epoch once somebody who holds the key is a member no more.
 * Whichever admin is next online settles it; doing it twice is harmless.
 */
import { equalBytes } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type DeviceId, type DocumentId, type Hex, type ItemId, type TeamId, type UserId, type WardId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import type { Item, ItemContent } from '../items/item.ts';
import { decodeGrant, MAX_EARLIER_KEYS, MAX_WRAPS, teamGrantBody, type TeamKey } from '../keys/grant.ts';
import type { Keyring } from '../keys/keyring.ts';
import { teamDocument } from '../membership/team-document.ts';
import type { Role, TeamState, UserState, WardState } from '../membership/ward-state.ts';
import { KeyedLock } from '../replica/keyed-lock.ts';
import type { Replica } from '../replica/replica.ts';
import { userOf } from '../replica/standing.ts';
import { lostDevicesByUser } from './devices.ts';
import type { SessionSigner } from './session-signer.ts';

export interface TeamAccess {
  readonly team: TeamState;
  /** Members who were given the newest key. */
  readonly canOpen: readonly UserId[];
  readonly waiting: readonly UserId[];
  readonly isRotationOwed: boolean;
}
/** A user and the renewal that gave the keys: whoever got new ones (LOG-15) is another recipient, and the old one a member no more. */
type KeyName = string;

interface Recipient {
  readonly user: UserId;
  readonly kemKey: Uint8Array;
}

/** Up to where a chain was read, and the heads of the log in force there (ITEM-4). */
interface Reading {
  readonly upTo: number;
  readonly heads: readonly ItemId[];
}

type GrantItem = Item & { readonly fields: { readonly content: Extract<ItemContent, { readonly type: 'grant' }> } };

/** Publishes `granted` to `recipients`, in as many items as it takes. */
export async function grantTeamKey(ward: WardId, signer: SessionSigner, granted: TeamKey, recipients: readonly Recipient[], earlier: readonly TeamKey[], entropy: Entropy): Promise<void> {
  for (let start = 0; start < recipients.length; start += MAX_WRAPS) {
    const some = recipients.slice(start, start + MAX_WRAPS);
    await signer.append(teamDocument(ward, granted.team), { type: 'grant', team: granted.team, epoch: granted.epoch }, (fields) =>
      teamGrantBody(ward, granted, fields, some, start === 0 ? earlier : [], entropy));
  }
}

export class TeamKeys {
  readonly #replica: Replica;
  readonly #keyring: Keyring;
  readonly #linked: number;
  /** How far each chain of a team's document is read, and the heads in force there; by document and author. */
  readonly #read = new Map<string, Reading>();
  readonly #reading = new KeyedLock();
  /** A key was opened since `readAll` said so last, by whatever was reading. */
  #hasNewKey = false;
  /** Who was given the key of an epoch, and under which of their keys; by team and epoch. */
  readonly #holders = new Map<string, Set<KeyName>>();
  /** The heads that each grant of an epoch names, by team and epoch. */
  readonly #grantedAt = new Map<string, (readonly ItemId[])[]>();
  /** Asked for with every item that arrives; the teams change seldom. */
  #teamDocuments: { readonly state: WardState; readonly names: ReadonlySet<Hex<DocumentId>> } | undefined;
  #settling: Promise<void> = Promise.resolve();

  /** `linked`: to how many earlier keys a grant of this one's links. */
  constructor(replica: Replica, keyring: Keyring, linked = MAX_EARLIER_KEYS) {
    this.#replica = replica;
    this.#keyring = keyring;
    this.#linked = linked;
  }

  /** Reads new grants of every team. True when a key was opened that was not here before. */
  async readAll(): Promise<boolean> {
    for (const team of this.#replica.state().teams.values()) await this.#readTeam(team.id);
    const opened = this.#hasNewKey;
    this.#hasNewKey = false;
    return opened;
  }

  isTeamDocument(document: DocumentId): boolean {
    const state = this.#replica.state();
    if (this.#teamDocuments?.state !== state) {
      this.#teamDocuments = { state, names: new Set([...state.teams.values()].map((team) => hexOf(teamDocument(this.#replica.ward, team.id)))) };
    }
    return this.#teamDocuments.names.has(hexOf(document));
  }

  /** Grants and rotates what this admin can. One settling at a time: two at once would rotate twice. */
  settle(signer: SessionSigner, entropy: Entropy): Promise<void> {
    const settled = this.#settling.then(() => this.#settle(signer, entropy));
    this.#settling = settled.catch(() => {});
    return settled;
  }

  async #settle(signer: SessionSigner, entropy: Entropy): Promise<void> {
    for (const { id } of this.#replica.state().teams.values()) {
      // Looked at for each team: somebody may have been removed while the one before was granted.
      const state = this.#replica.state();
      const team = state.teams.get(hexOf(id));
      const held = this.#keyring.teamKey(id);
      if (team === undefined || held === undefined) continue;
      const lost = lostDevicesByUser(this.#replica);
      const members = membersOf(state, team);
      const holders = this.#holders.get(epochName(team.id, held.epoch)) ?? new Set();
      if (this.#isRotationOwed(team, held.epoch, lost)) {
        const next: TeamKey = { team: team.id, epoch: held.epoch + 1, key: entropy.randomBytes(32) };
        await grantTeamKey(this.#replica.ward, signer, next, members.map(recipient), this.#earlierKeys(next), entropy);
        // Only once it is given: what is sealed under a key that nobody was given opens for nobody.
        this.#keyring.addTeamKey(next);
      } else {
        const owed = members.filter((member) => !holders.has(keyName(member)));
        if (owed.length > 0) await grantTeamKey(this.#replica.ward, signer, held, owed.map(recipient), this.#earlierKeys(held), entropy);
      }
      await this.#readTeam(team.id);
    }
  }

  /** Those to be linked from a grant of `key`: the newest, as many as fit. */
  #earlierKeys({ team, epoch }: TeamKey): readonly TeamKey[] {
    return this.#keyring.teamKeys(team).filter((old) => old.epoch < epoch).slice(-this.#linked);
  }

  /**
   * Whether somebody holds the team's newest key who should not: a member no more (KEYS-4), or whoever has a device that
   * was shut out after a member had unlocked there (REVOKE-2).
   */
  #isRotationOwed(team: TeamState, epoch: number, lost: ReadonlyMap<Hex<UserId>, readonly DeviceId[]>): boolean {
    const state = this.#replica.state();
    const name = epochName(team.id, epoch);
    const members = membersOf(state, team);
    const names = new Set(members.map(keyName));
    const holders = this.#holders.get(name) ?? new Set();
    if ([...holders].some((holder) => !names.has(holder))) return true;
    const devices = members.flatMap(({ id }) => lost.get(hexOf(id)) ?? []);
    return (this.#grantedAt.get(name) ?? []).some((heads) => devices.some((device) => state.deviceMembershipOf(device, heads) !== 'removed-before'));
  }

  /** Who can open what belongs to each team, as the grants here tell. */
  access(): readonly TeamAccess[] {
    const lost = lostDevicesByUser(this.#replica);
    return [...this.#replica.state().teams.values()].map((team) => {
      const epoch = this.#newestEpoch(team.id);
      const holders = this.#holders.get(epochName(team.id, epoch)) ?? new Set();
      const members = membersOf(this.#replica.state(), team);
      return {
        team,
        canOpen: members.filter((member) => holders.has(keyName(member))).map(({ id }) => id),
        waiting: members.filter((member) => !holders.has(keyName(member))).map(({ id }) => id),
        isRotationOwed: this.#isRotationOwed(team, epoch, lost),
      };
    });
  }

  /** Whether anybody was ever granted a key of the team. */
  isGranted(team: TeamId): boolean {
    return this.#newestEpoch(team) > 0;
  }

  /** As granted, whether the key is here or not. */
  #newestEpoch(team: TeamId): number {
    let newest = 0;
    while (this.#holders.has(epochName(team, newest + 1))) newest += 1;
    return newest;
  }

  /** Makes a team's first key; the caller has put `add-team` into the log. */
  firstKey(team: TeamId, entropy: Entropy): TeamKey {
    const key: TeamKey = { team, epoch: 1, key: entropy.randomBytes(32) };
    this.#keyring.addTeamKey(key);
    return key;
  }

  /** Who asks while it is being read waits: what was read so far may not have been opened yet. */
  #readTeam(team: TeamId): Promise<void> {
    return this.#reading.run(hexOf(team), async () => {
      const before = this.#keyring.teamKeys(team).length;
      await this.#eachGrant(team, this.#read, async (item, heads) => {
        const { epoch } = item.fields.content;
        const outcome = await this.#keyring.readTeamGrant(item, this.#roleOf(item, heads));
        if (outcome !== 'refused') this.#noteGrant(item, epochName(team, epoch), heads);
        this.#hasNewKey ||= outcome === 'opened';
      });
      if (this.#keyring.teamKeys(team).length > before) await this.#readOlder(team);
    });
  }

  /** A grant links to so many epochs before it and no more: those linked from these are read again, further and further back. */
  async #readOlder(team: TeamId): Promise<void> {
    for (;;) {
      const oldest = this.#keyring.teamKeys(team)[0]?.epoch ?? 1;
      if (oldest === 1) return;
      await this.#eachGrant(team, new Map(), async (item, heads) => {
        const { epoch } = item.fields.content;
        if (epoch >= oldest && epoch < oldest + MAX_EARLIER_KEYS) await this.#keyring.readTeamGrant(item, this.#roleOf(item, heads));
      });
      if ((this.#keyring.teamKeys(team)[0]?.epoch ?? 1) === oldest) return;
    }
  }

  /** Goes through the team's grants from where `read` ends, and moves that on. */
  async #eachGrant(team: TeamId, read: Map<string, Reading>, visit: (item: GrantItem, heads: readonly ItemId[]) => Promise<void>): Promise<void> {
    const document = teamDocument(this.#replica.ward, team);
    for (const { author, seq } of this.#replica.frontier(document)) {
      const name = hexOf(document) + hexOf(author);
      let { upTo, heads } = read.get(name) ?? { upTo: 0, heads: [] };
      while (upTo < seq) {
        const items = await this.#replica.read({ document, author }, upTo + 1, { maxItems: 64, maxBytes: 4 * 1024 * 1024 });
        if (items.length === 0) break;
        for (const item of items) {
          if (item.fields.heads.length > 0) heads = item.fields.heads;
          if (isGrantOf(team, item)) await visit(item, heads);
        }
        upTo += items.length;
        read.set(name, { upTo, heads });
      }
    }
  }

  #roleOf({ fields: { author } }: Item, heads: readonly ItemId[]): Role | undefined {
    const user = userOf(this.#replica, author);
    return user === undefined ? undefined : this.#replica.state().roleAt(user, heads);
  }

  #noteGrant(item: Item, epoch: string, heads: readonly ItemId[]): void {
    this.#grantedAt.set(epoch, [...this.#grantedAt.get(epoch) ?? [], heads]);
    const holders = this.#holders.get(epoch) ?? new Set();
    try {
      const grant = decodeGrant(item.body);
      if (grant.type === 'team-epoch') for (const { user } of grant.wraps) holders.add(nameOf(user, this.#replica.state().renewalAt(user, heads)));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
    }
    this.#holders.set(epoch, holders);
  }
}

function isGrantOf(team: TeamId, item: Item): item is GrantItem {
  const { content } = item.fields;
  return content.type === 'grant' && equalBytes(content.team, team);
}

function membersOf(state: WardState, team: TeamState): UserState[] {
  return [...team.members].flatMap((member) => {
    const user = state.users.get(member);
    return user === undefined || user.removal !== undefined ? [] : [user];
  });
}

function recipient({ id, kemKey }: UserState): Recipient {
  return { user: id, kemKey };
}

function keyName({ id, renewals }: UserState): KeyName {
  const last = renewals.at(-1);
  return nameOf(id, last === undefined ? undefined : hexOf(last.operation));
}

function nameOf(user: UserId, renewal: Hex<ItemId> | undefined): KeyName {
  return `${hexOf(user)}/${renewal ?? ''}`;
}

function epochName(team: TeamId, epoch: number): string {
  return `${hexOf(team)}/${epoch}`;
}
