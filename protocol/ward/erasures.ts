/** Erasing a patient for good: one proposes, another confirms (ERASE-1). What follows is every replica's own doing. */
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type DocumentId, type ItemId, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { MAX_REASON_LENGTH, openReason, sealReason } from '../keys/erasure-reason.ts';
import type { Keyring } from '../keys/keyring.ts';
import { MAX_ERASED } from '../membership/operation.ts';
import { maySign } from '../membership/roles.ts';
import type { ErasureState, WardState } from '../membership/ward-state.ts';
import { listBackups, reportErasures, type ErasureReport, type KnownBackup } from '../replica/custody-notes.ts';
import type { Replica } from '../replica/replica.ts';
import { objectionHere } from './powers.ts';
import type { SessionSigner } from './session-signer.ts';

export type ErasureFailure =
  | 'not-a-signer' | 'at-a-desktop'
  /** Nobody else is admin or privacy officer. */
  | 'no-second-signer'
  | 'no-documents' | 'too-many-documents' | 'bad-reason' | 'already-proposed' | 'unknown-erasure' | 'own-erasure' | 'already-confirmed';

export interface ErasuresOptions {
  readonly replica: Replica;
  readonly keyring: Keyring;
  readonly signer: SessionSigner;
  readonly user: UserId;
  readonly entropy: Entropy;
}

export class Erasures {
  readonly #options: ErasuresOptions;

  constructor(options: ErasuresOptions) {
    this.#options = options;
  }

  /** Proposed and confirmed, with who has acknowledged. */
  report(): Promise<readonly ErasureReport[]> {
    return reportErasures(this.#options.replica);
  }

  backups(): Promise<readonly KnownBackup[]> {
    return listBackups(this.#options.replica);
  }

  /** What the proposer wrote; undefined where the key is not here. */
  reasonOf({ sealedReason }: ErasureState): string | undefined {
    const { replica, keyring } = this.#options;
    const { everyone } = this.#state;
    return openReason(keyring.teamKeys(everyone).map((held) => held.key), replica.ward, everyone, sealedReason) ?? undefined;
  }

  /** The reason stays in the log for ever, where everybody of the ward can read it: it should name nobody. */
  async propose(documents: readonly DocumentId[], reason: string): Promise<Result<ItemId, ErasureFailure>> {
    const { replica, keyring, signer, user, entropy } = this.#options;
    const objection = objectionHere(this.#state, { user, device: signer.device }, 'erase');
    if (objection !== undefined) return fail(objection === 'no-role' ? 'not-a-signer' : objection);
    const others = [...this.#state.users.values()].filter(({ id, removal }) => removal === undefined && hexOf(id) !== hexOf(user));
    if (!others.some(({ id }) => this.#maySign(id))) return fail('no-second-signer');
    if (documents.length === 0) return fail('no-documents');
    if (documents.length > MAX_ERASED) return fail('too-many-documents');
    const text = reason.trim();
    if (text.length === 0 || text.length > MAX_REASON_LENGTH) return fail('bad-reason');
    const wanted = new Set(documents.map(hexOf));
    const isProposed = [...this.#state.erasures.values()].some((erasure) => erasure.documents.length === wanted.size && erasure.documents.every((document) => wanted.has(hexOf(document))));
    if (isProposed) return fail('already-proposed');
    const key = keyring.teamKey(this.#state.everyone);
    if (key === undefined) throw new Error('no key of the team everyone');
    const sealedReason = sealReason(key.key, replica.ward, this.#state.everyone, text, entropy);
    return succeed((await signer.operate({ type: 'erase', documents, sealedReason })).id);
  }

  async confirm(erasure: ItemId): Promise<Result<null, ErasureFailure>> {
    const { signer, user } = this.#options;
    const objection = objectionHere(this.#state, { user, device: signer.device }, 'confirm-erasure');
    if (objection !== undefined) return fail(objection === 'no-role' ? 'not-a-signer' : objection);
    const found = this.#state.erasures.get(hexOf(erasure));
    if (found === undefined || !this.#maySign(found.by)) return fail('unknown-erasure');
    if (found.confirmed !== undefined) return fail('already-confirmed');
    if (hexOf(found.by) === hexOf(user)) return fail('own-erasure');
    await signer.operate({ type: 'confirm-erasure', erasure });
    return succeed(null);
  }

  get #state(): WardState {
    return this.#options.replica.state();
  }

  #maySign(user: UserId): boolean {
    const found = this.#state.users.get(hexOf(user));
    return found !== undefined && found.removal === undefined && maySign(found.role, 'erase');
  }
}
