/**
 * Writes down what is opened, before it is shown (AUDIT-1): entries of this session's chain in the audit document, sealed
 * to the ward's privacy officers.
 */
import { concatBytes, equalBytes } from '../codec/bytes.ts';
import type { Clock, Entropy } from '../codec/environment.ts';
import { AUDIT_DOCUMENT, hexOf } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { sha256 } from '../crypto/signing/hash.ts';
import { encodeAudit, MAX_AUDIT_READERS } from '../items/audit.ts';
import { MAX_ENTRIES, sealAuditKey, sealOpenings, type AuditReader, type Opening } from '../keys/audit-seal.ts';
import type { WardState } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import type { SessionSigner } from './session-signer.ts';

/** `not-recorded`: it could not be written down, and so must not be shown. */
export type RecordFailure = 'not-recorded';

export interface ReadAuditOptions {
  readonly replica: Replica;
  readonly signer: SessionSigner;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

interface Waiting {
  readonly opening: Opening;
  readonly done: (recorded: Result<null, RecordFailure>) => void;
}

export class ReadAudit {
  readonly #options: ReadAuditOptions;
  #waiting: Waiting[] = [];
  #isWriting = false;
  /** The chain's present key, and whom it was sealed to. */
  #sealed: { readonly key: Uint8Array; readonly readers: Uint8Array } | undefined;

  constructor(options: ReadAuditOptions) {
    this.#options = options;
  }

  /** Resolves when it is durable in the replica that this was opened; only then show it. What comes while one is written goes together. */
  record(opening: Omit<Opening, 'at'>): Promise<Result<null, RecordFailure>> {
    const at = this.#options.clock.now();
    return new Promise((done) => {
      this.#waiting.push({ opening: { ...opening, at }, done });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  /** Overwrites the key. */
  wipe(): void {
    this.#sealed?.key.fill(0);
    this.#sealed = undefined;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_ENTRIES);
      const recorded = await this.#write(batch.map(({ opening }) => opening));
      for (const { done } of batch) done(recorded);
    }
    this.#isWriting = false;
  }

  async #write(openings: readonly Opening[]): Promise<Result<null, RecordFailure>> {
    const { replica, signer, entropy } = this.#options;
    const { ward } = replica;
    let using = this.#sealed;
    try {
      await signer.append(AUDIT_DOCUMENT, { type: 'audit' }, async (fields) => {
        // As the ward is at the heads that the item names: a reader of then who is left out would be seen (AUDIT-4).
        const readers = auditReaders(replica.state());
        const known = this.#sealed !== undefined && equalBytes(this.#sealed.readers, nameOf(readers)) ? this.#sealed : undefined;
        using = known ?? { key: entropy.randomBytes(32), readers: nameOf(readers) };
        const sealedKeys = known === undefined ? await sealAuditKey(using.key, ward, signer.session, readers, fields, entropy) : [];
        if (known === undefined && sealedKeys.length === 0) throw new Error('no key in the log can be sealed to');
        return encodeAudit({ readers: sealedKeys, sealed: sealOpenings(using.key, ward, signer.session, openings, fields, entropy) });
      });
      this.#sealed = using;
      return succeed(null);
    } catch {
      // Whatever it was (a full disk, a role that was taken, nobody who could read it): nothing is shown, and others may go on.
      return fail('not-recorded');
    }
  }
}

/** AUDIT-3: the privacy officers; the admins while there is none. */
export function auditReaders(state: WardState): readonly AuditReader[] {
  const members = [...state.users.values()].filter(({ removal }) => removal === undefined);
  const officers = members.filter(({ role }) => role === 'privacy');
  const readers = officers.length > 0 ? officers : members.filter(({ role }) => role === 'admin');
  return readers.map(({ id, kemKey }) => ({ user: id, kemKey })).sort((a, b) => (hexOf(a.user) < hexOf(b.user) ? -1 : 1)).slice(0, MAX_AUDIT_READERS);
}

/** Other keys are other readers: whoever got new ones (LOG-15) is sealed to anew. */
function nameOf(readers: readonly AuditReader[]): Uint8Array {
  return sha256(concatBytes(...readers.flatMap(({ user, kemKey }) => [user, kemKey])));
}
