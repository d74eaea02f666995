/** What an admin does with people, teams and devices. Each method resolves when the log has it and owed keys are granted. */
import { equalBytes } from '../codec/bytes.ts';
import type { Clock, Entropy } from '../codec/environment.ts';
import { hexOf, inviteId, userId, type AuthorId, type DeviceId, type TeamId, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { openAuthorityKey, sealAuthorityKey } from '../keys/admin-seal.ts';
import { sealBundle } from '../keys/bundle.ts';
import { newTeamId } from '../keys/grant.ts';
import { identityFromSeeds, newIdentitySeeds } from '../keys/identity.ts';
import { openName, sealName } from '../keys/sealed-name.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { DeviceKind, Role, WardState } from '../membership/ward-state.ts';
import { userOf } from '../replica/standing.ts';
import type { Replica } from '../replica/replica.ts';
import { signRemoval } from './removal.ts';
import type { SessionSigner } from './session-signer.ts';
import type { TeamKeys } from './team-keys.ts';

export const MIN_PASSWORD_LENGTH = 10;

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

export type MemberFailure = 'not-an-admin' | 'handle-taken' | 'bad-handle' | 'password-too-short' | 'unknown-user' | 'unknown-team' | 'unknown-device' | 'last-admin' | 'too-many-chains';

export interface MembersOptions {
  readonly replica: Replica;
  readonly keyring: Keyring;
  readonly signer: SessionSigner;
  readonly teamKeys: TeamKeys;
  readonly user: UserId;
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
    if (!isHandle(handle)) return fail('bad-handle');
    if ([...state.value.users.values()].some((user) => user.handle === handle)) return fail('handle-taken');
    if (password.length < MIN_PASSWORD_LENGTH) return fail('password-too-short');
    const seeds = newIdentitySeeds(entropy);
    const user = userId.from(entropy.randomBytes(16));
    const identity = identityFromSeeds(user, seeds);
    await signer.operate({
      type: 'add-user', user, handle, role, signingKey: identity.signing.publicKey, kemKey: identity.kem.publicKey,
      bundle: await sealBundle(seeds, password, replica.ward, user, entropy), sealedName: this.#named(name),
    });
    await this.#settle();
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

  /** Removes a person: the cut says up to where their work stands, and every team they were in gets a new epoch. */
  async removeUser(user: UserId): Promise<Result<null, MemberFailure>> {
    const { replica, signer } = this.#options;
    const state = this.#admin();
    if (!state.ok) return state;
    const removed = state.value.users.get(hexOf(user));
    if (removed === undefined || removed.removal !== undefined) return fail('unknown-user');
    const admins = [...state.value.users.values()].filter((other) => other.role === 'admin' && other.removal === undefined);
    if (removed.role === 'admin' && admins.length === 1) return fail('last-admin');
    const signed = await signRemoval(replica, signer, (author) => isSame(userOf(replica, author), user), (cut) => ({ type: 'remove-user', user, cut: [...cut] }));
    if (!signed.ok) return signed;
    await this.#settle();
    return succeed(null);
  }

  /** Adds a device whose key is at hand, without an invitation. */
  async addDevice(device: DeviceId, kind: DeviceKind, name: string): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    await this.#options.signer.operate({ type: 'add-device', device, kind, sealedName: this.#named(name) });
    return succeed(null);
  }

  /** Shuts a device out: its connections end as soon as the operation arrives at a peer. */
  async removeDevice(device: DeviceId): Promise<Result<null, MemberFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const found = state.value.devices.get(hexOf(device));
    if (found === undefined || found.removal !== undefined) return fail('unknown-device');
    const { replica, signer } = this.#options;
    const isMeant = (author: AuthorId): boolean => isSame(author, device) || isSame(replica.certificateOf(author)?.device, device);
    return signRemoval(replica, signer, isMeant, (cut) => ({ type: 'remove-device', device, cut: [...cut] }));
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

  async settleOwed(): Promise<void> {
    if (this.#admin().ok) await this.#settle();
  }

  #admin(): Result<WardState, 'not-an-admin'> {
    const state = this.#options.replica.state();
    const self = state.users.get(hexOf(this.#options.user));
    return self?.role === 'admin' && self.removal === undefined ? succeed(state) : fail('not-an-admin');
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

function isUser(state: WardState, user: UserId): boolean {
  const found = state.users.get(hexOf(user));
  return found !== undefined && found.removal === undefined;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && equalBytes(a, b);
}
