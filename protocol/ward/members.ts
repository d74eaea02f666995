/** What an admin alone does with people, teams and devices; `Council` has what takes more. Each method resolves when the log has it and owed keys are granted. */
import { equalBytes } from '../codec/bytes.ts';
import type { Clock, Entropy } from '../codec/environment.ts';
import { hexOf, inviteId, userId, type DeviceId, type TeamId, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import type { DeviceKey } from '../crypto/signing/signature.ts';
import { openAuthorityKey, sealAuthorityKey } from '../keys/admin-seal.ts';
import { sealBundle } from '../keys/bundle.ts';
import { newTeamId } from '../keys/grant.ts';
import { identityFromSeeds, newIdentitySeeds, type Identity } from '../keys/identity.ts';
import { openName, sealName } from '../keys/sealed-name.ts';
import type { Keyring } from '../keys/keyring.ts';
import { eligibleNodes, objectionToPolicy, type Dealing, type PolicyObjection, type UnlockPolicy } from '../membership/dealing.ts';
import { builtInTeams } from '../membership/glass.ts';
import { devicesTogether } from '../membership/devices-together.ts';
import type { UnlockNodes } from '../unlock/messages.ts';
import { dealAnew, type NewDealing } from './presence.ts';
import { startSession, type SessionSigner } from './session-signer.ts';
import type { CutEntry, DesktopPowers, DeviceKind, DeviceState, Role, WardState } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import { adminsOf } from './council.ts';
import { cutOfDevice, cutOfUser } from './cut.ts';
import { adminHere } from './powers.ts';
import { usersOf } from './devices.ts';
import { MIN_PASSWORD_LENGTH } from './password-rule.ts';
import { MAX_CUT, MAX_GRACE_HOURS } from '../membership/operation.ts';
import { signRemoval } from './removal.ts';
import type { TeamKeys } from './team-keys.ts';

export { MIN_PASSWORD_LENGTH };

export function isHandle(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text);
}

export interface NewUser {
  /** Public; assigned, not personal. Lower-case letters, digits and hyphens. */
  readonly handle: string;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

/** What was shut out, and who had unlocked there: these people should change their passwords. */
export interface LostReport {
  readonly devices: readonly DeviceState[];
  readonly users: readonly UserId[];
  /** Fewer archives and tablets are left than have to answer when somebody unlocks: before anybody locks, the policy has to change, or another has to join. */
  readonly locksOut: boolean;
}

export type MemberFailure = 'not-an-admin' | 'at-a-desktop' | 'bad-grace' | 'handle-taken' | 'bad-handle' | 'password-too-short' | 'unknown-user' | 'unknown-team' | 'unknown-device' | 'own-device' | 'takes-two' | 'is-admin' | 'too-many-chains'
  /** Without that node fewer would be left than have to answer: nobody could unlock any more. */
  | 'nodes-needed'
  /** Fewer nodes of the ward in reach than its policy deals shares to. */
  | 'too-few-nodes' | PolicyObjection | 'more-nodes-than-there-are';

export interface MembersOptions {
  readonly replica: Replica;
  readonly keyring: Keyring;
  readonly signer: SessionSigner;
  readonly teamKeys: TeamKeys;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly deviceKey: DeviceKey;
  /** Where the ward's policy wants it, a new user's bundle opens with these from the beginning. */
  readonly unlockNodes: UnlockNodes | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export class Members {
  readonly #options: MembersOptions;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** The password is the person's own, who types it here: nothing changes it later yet. */
  async addUser({ handle, name, role, password }: NewUser): Promise<Result<UserId, MemberFailure>> {
    const { replica, signer, entropy } = this.#options;
    const state = this.#admin();
    if (!state.ok) return state;
    const objection = objectionToUser(state.value, handle, password, role);
    if (objection !== undefined) return fail(objection);
    const seeds = newIdentitySeeds(entropy);
    const user = userId.from(entropy.randomBytes(16));
    const identity = identityFromSeeds(user, seeds);
    const dealt = await this.#dealFor(state.value, user, password);
    if (!dealt.ok) return dealt;
    const bundle = await sealBundle(seeds, password, replica.ward, user, entropy, dealt.value?.presence);
    await signer.operate({
      type: 'add-user', user, handle, role, signingKey: identity.signing.publicKey, kemKey: identity.kem.publicKey,
      bundle: dealt.value === undefined ? bundle : NO_BUNDLE_YET, sealedName: this.#named(name),
    });
    if (dealt.value !== undefined) await this.#setUnlockOf(identity, bundle, dealt.value.dealing);
    await this.#settle();
    return succeed(user);
  }

  /**
   * Adds somebody who is not there to choose a password: under a temporary one, which is changed before anything is
   * written. The first keys are never used; those that the password opens come with it.
   */
  async addUserWithTemporary({ handle, name, role, password }: NewUser): Promise<Result<UserId, MemberFailure>> {
    const { signer, entropy } = this.#options;
    const state = this.#admin();
    if (!state.ok) return state;
    const objection = objectionToUser(state.value, handle, password, role);
    if (objection !== undefined) return fail(objection);
    if (role === 'admin') return fail('is-admin');
    const user = userId.from(entropy.randomBytes(16));
    const dealt = await this.#dealFor(state.value, user, password);
    if (!dealt.ok) return dealt;
    const first = identityFromSeeds(user, newIdentitySeeds(entropy));
    await signer.operate({
      type: 'add-user', user, handle, role, signingKey: first.signing.publicKey, kemKey: first.kem.publicKey, bundle: NO_BUNDLE_YET, sealedName: this.#named(name),
    });
    await this.#renew(user, password, [], dealt.value);
    return succeed(user);
  }

  async addTeam(name: string): Promise<Result<TeamId, MemberFailure>> {
    const { signer, teamKeys, entropy, user } = this.#options;
    const state = this.#admin();
    if (!state.ok) return state;
    const team = newTeamId(entropy);
    await signer.operate({ type: 'add-team', team, sealedName: this.#named(name) });
    await signer.operate({ type: 'add-member', team, user });
    teamKeys.firstKey(team, entropy);
    await this.#settle();
    return succeed(team);
  }

  async addMember(team: TeamId, user: UserId): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    if (!state.value.teams.has(hexOf(team))) return fail('unknown-team');
    if (!isUser(state.value, user)) return fail('unknown-user');
    await this.#options.signer.operate({ type: 'add-member', team, user });
    await this.#settle();
    return succeed(null);
  }

  /** Takes somebody out of a care team, which gets a new key: they keep what they have read, and open nothing that comes. */
  async removeMember(team: TeamId, user: UserId): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const found = state.value.teams.get(hexOf(team));
    if (found === undefined || builtInTeams(state.value).has(hexOf(team))) return fail('unknown-team');
    if (!found.members.has(hexOf(user))) return fail('unknown-user');
    await this.#options.signer.operate({ type: 'remove-member', team, user });
    await this.#settle();
    return succeed(null);
  }

  /**
   * New keys for somebody who lost everything, under a temporary password that has to be changed at the first unlock. The
   * old bundle stays closed: teams grant again, what was the person's alone is lost. What the old keys signed stands up to
   * what is here now.
   */
  async renewUser(user: UserId, temporaryPassword: string): Promise<Result<null, MemberFailure>> {
    const { replica, user: self } = this.#options;
    const state = this.#admin();
    if (!state.ok) return state;
    const renewed = state.value.users.get(hexOf(user));
    if (renewed === undefined || renewed.removal !== undefined || hexOf(user) === hexOf(self)) return fail('unknown-user');
    if (renewed.role === 'admin') return fail('is-admin');
    if (temporaryPassword.length < MIN_PASSWORD_LENGTH) return fail('password-too-short');
    const cut = cutOfUser(replica, user);
    if (cut.length > MAX_CUT) return fail('too-many-chains');
    const dealt = await this.#dealFor(state.value, user, temporaryPassword);
    if (!dealt.ok) return dealt;
    await this.#renew(user, temporaryPassword, cut, dealt.value);
    return succeed(null);
  }

  /** Adds a device whose key is at hand, without an invitation. */
  async addDevice(device: DeviceId, kind: DeviceKind, name: string): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    await this.#options.signer.operate({ type: 'add-device', device, kind, sealedName: this.#named(name) });
    return succeed(null);
  }

  /**
   * Shuts a device out: its connections end as soon as the operation arrives at a peer, what its sessions wrote stands up
   * to the cut, and the teams of whoever unlocked there get a new epoch (REVOKE-2).
   */
  async removeDevice(device: DeviceId): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const found = state.value.devices.get(hexOf(device));
    if (found === undefined || found.removal !== undefined) return fail('unknown-device');
    if (eligibleNodes(state.value).some((node) => equalBytes(node, device)) && leavesTooFew(state.value, device)) return fail('nodes-needed');
    const out = await this.#shutOut(device);
    if (!out.ok) return out;
    await this.#settle();
    return succeed(null);
  }

  /**
   * 'This tablet is lost' (REVOKE-1): shuts out the device and what belongs to it, a tablet with its page. Refused for the
   * device in one's hand, which is not lost.
   */
  async reportLost(device: DeviceId): Promise<Result<LostReport, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const devices = devicesTogether(state.value, device);
    if (devices.length === 0) return fail('unknown-device');
    if (devices.some(({ id }) => equalBytes(id, this.#options.device))) return fail('own-device');
    // The page first: its tablet hears of that only while it is still told anything.
    for (const { id } of devices) {
      const out = await this.#shutOut(id);
      if (!out.ok) return out;
    }
    await this.#settle();
    return succeed({ devices, users: usersOf(this.#options.replica, devices.map(({ id }) => id)), locksOut: leavesTooFew(this.#options.replica.state()) });
  }

  /** `invite` is the public half of the invitation key; `expires` in milliseconds since 1970. */
  async invite(invite: Uint8Array, kind: DeviceKind, name: string, expires: number): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    await this.#options.signer.operate({ type: 'invite', invite: inviteId.from(invite), kind, expires, sealedName: this.#named(name) });
    return succeed(null);
  }

  /** Publishes the ward's certificate authority (DER); its private key (PKCS#8) is sealed to the admins. */
  async setAuthority(certificate: Uint8Array, privateKey: Uint8Array): Promise<Result<null, MemberFailure>> {
    const { keyring, signer, entropy } = this.#options;
    const state = this.#admin();
    if (!state.ok) return state;
    const { admins, ward } = state.value;
    const held = keyring.teamKey(admins);
    if (held === undefined) return fail('not-an-admin');
    await signer.operate({ type: 'set-authority', certificate, sealedKey: sealAuthorityKey(held.key, ward, admins, privateKey, entropy) });
    return succeed(null);
  }

  /** The authority with its private key, for an admin; null when there is none or its key does not open. */
  openAuthority(): { readonly certificate: Uint8Array; readonly privateKey: Uint8Array } | null {
    const { ward, admins, authority } = this.#options.replica.state();
    if (authority === undefined) return null;
    const keys = this.#options.keyring.teamKeys(admins).map((held) => held.key);
    const privateKey = openAuthorityKey(keys, ward, admins, authority.sealedKey);
    return privateKey === null ? null : { certificate: authority.certificate, privateKey };
  }

  async issueCertificate(device: DeviceId, certificate: Uint8Array): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    await this.#options.signer.operate({ type: 'issue-certificate', device, certificate });
    return succeed(null);
  }

  /** Opens a sealed name; null when this user's keys do not. */
  nameOf(sealed: Uint8Array): string | null {
    const { everyone } = this.#options.replica.state();
    return openName(this.#options.keyring.teamKeys(everyone).map((held) => held.key), everyone, sealed);
  }

  /** What new dealings have to be: every user's next unlock deals anew (UNLOCK-3). Zero of zero: by password alone. */
  async setUnlockPolicy(policy: UnlockPolicy): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const objection = objectionToPolicy(policy);
    if (objection !== undefined) return fail(objection);
    if (policy.nodes > eligibleNodes(state.value).length) return fail('more-nodes-than-there-are');
    await this.#options.signer.operate({ type: 'set-unlock-policy', threshold: policy.threshold, nodes: policy.nodes });
    return succeed(null);
  }

  /** For how many hours after a full unlock tablets let people switch by PIN (PIN-1); zero: never. */
  async setGrace(hours: number): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    if (!Number.isInteger(hours) || hours < 0 || hours > MAX_GRACE_HOURS) return fail('bad-grace');
    await this.#options.signer.operate({ type: 'set-grace', hours });
    return succeed(null);
  }

  /** Whether admins and privacy officers act at desktops too (PAGE-9). Said by an admin who is at none. */
  async setDesktopPowers(powers: DesktopPowers): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    await this.#options.signer.operate({ type: 'set-desktop-powers', powers });
    return succeed(null);
  }

  /** Lets a user who has no tries left try again (UNLOCK-6). It opens nothing. */
  async resetTries(user: UserId): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    if (!isUser(state.value, user)) return fail('unknown-user');
    await this.#options.signer.operate({ type: 'reset-tries', user });
    return succeed(null);
  }

  async settleOwed(): Promise<void> {
    if (this.#admin().ok) await this.#settle();
  }

  #admin(): Result<WardState, 'not-an-admin' | 'at-a-desktop'> {
    return adminHere(this.#options.replica.state(), this.#options);
  }

  /** Undefined where the ward has no policy. */
  async #dealFor(state: WardState, user: UserId, password: string): Promise<Result<NewDealing | undefined, 'too-few-nodes'>> {
    const { unlockNodes, entropy } = this.#options;
    if (state.unlockPolicy === undefined) return succeed(undefined);
    if (unlockNodes === undefined) return fail('too-few-nodes');
    const dealt = await dealAnew({ state, user, password, policy: state.unlockPolicy, before: undefined, least: state.unlockPolicy.threshold, nodes: unlockNodes, entropy });
    return dealt.ok ? dealt : fail(dealt.failure.code);
  }

  async #renew(user: UserId, password: string, cut: readonly CutEntry[], dealt: NewDealing | undefined): Promise<void> {
    const { replica, signer, entropy } = this.#options;
    const seeds = newIdentitySeeds(entropy);
    const identity = identityFromSeeds(user, seeds);
    const bundle = await sealBundle(seeds, password, replica.ward, user, entropy, dealt?.presence);
    await signer.operate({
      type: 'renew-user', user, signingKey: identity.signing.publicKey, kemKey: identity.kem.publicKey, bundle: dealt === undefined ? bundle : NO_BUNDLE_YET, cut,
    });
    if (dealt !== undefined) await this.#setUnlockOf(identity, bundle, dealt.dealing);
    await this.#settle();
  }

  /** Only users set their own bundle, so the new user's first session does, here. */
  async #setUnlockOf(identity: Identity, bundle: Uint8Array, dealing: Dealing): Promise<void> {
    const { replica, deviceKey, clock, entropy } = this.#options;
    const own = await startSession({ replica, identity, deviceKey, clock, entropy });
    await own.operate({ type: 'set-unlock', user: identity.user, bundle, dealing, why: 'nodes-changed' });
    await own.end();
    own.wipe();
  }

  #shutOut(device: DeviceId): Promise<Result<null, 'too-many-chains'>> {
    const { replica, signer } = this.#options;
    return signRemoval(signer, cutOfDevice(replica, device), (cut) => ({ type: 'remove-device', device, cut }));
  }

  #named(name: string): Uint8Array {
    const { replica, keyring, entropy } = this.#options;
    const { everyone } = replica.state();
    const held = keyring.teamKey(everyone);
    if (held === undefined) throw new Error('an unlocked admin holds the key of the team everyone');
    return sealName(held.key, everyone, name, entropy);
  }

  #settle(): Promise<void> {
    return this.#options.teamKeys.settle(this.#options.signer, this.#options.entropy);
  }
}

/** A bundle that opens with nodes stands in an operation of its user's own; nothing opens this one. */
const NO_BUNDLE_YET = Uint8Array.of(0);

function objectionToUser(state: WardState, handle: string, password: string, role: Role): MemberFailure | undefined {
  if (!isHandle(handle)) return 'bad-handle';
  if ([...state.users.values()].some((user) => user.handle === handle)) return 'handle-taken';
  if (password.length < MIN_PASSWORD_LENGTH) return 'password-too-short';
  return role === 'admin' && adminsOf(state).length >= 3 ? 'takes-two' : undefined;
}

function isUser(state: WardState, user: UserId): boolean {
  const found = state.users.get(hexOf(user));
  return found !== undefined && found.removal === undefined;
}

/** Whether fewer nodes are in, but for one, than have to answer when somebody unlocks. */
function leavesTooFew(state: WardState, leaving?: DeviceId): boolean {
  const left = eligibleNodes(state).filter((node) => leaving === undefined || !equalBytes(node, leaving));
  return state.unlockPolicy !== undefined && left.length < state.unlockPolicy.threshold;
}
