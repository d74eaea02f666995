/**
 * The review list: what removed members wrote beyond the cut of their removal (ADMIT-3), and what becomes of it. An admin
 * accepts or declines; accepted work is merged by everybody (ADMIT-6), declined work stays where it is and leaves the list.
 */
import { isWardsOwn, type AuthorId, type DeviceId, type DocumentId, type ItemId, type UserId } from '../codec/ids.ts';
import { succeed, type Result } from '../codec/result.ts';
import type { Json, JsonObject } from '../documents/engine.ts';
import { differenceOf, type Difference } from '../documents/value-difference.ts';
import { chainOf } from '../membership/cuts.ts';
import { acceptedUpTo } from '../membership/standing.ts';
import type { Verdict } from '../membership/ward-state.ts';
import type { FrontierEntry, Replica } from '../replica/replica.ts';
import type { SessionSigner } from './session-signer.ts';

/** The disputed end of one chain: what one session of a removed member, or on a removed device, wrote in one document. */
export interface Disputed {
  readonly document: DocumentId;
  readonly author: AuthorId;
  /** Undefined for what a device signed by itself. */
  readonly user: UserId | undefined;
  readonly device: DeviceId;
  readonly items: number;
  /** Times of the first and the last item, by the author's clock. */
  readonly from: number;
  readonly until: number;
  /** The last item, up to which a verdict goes. */
  readonly seq: number;
  readonly id: ItemId;
  /** An admin declined all of it. */
  readonly declined: boolean;
}

/** What accepting would change in a document. */
export interface DisputedContent {
  readonly before: JsonObject | undefined;
  readonly after: JsonObject;
  /** Undefined where it would change nothing, as when others' work rests on it and it is merged already. */
  readonly difference: Difference | undefined;
}

/** `path` leads to a value in the document; `after` is undefined where it would be removed. */
export interface Change {
  readonly path: readonly string[];
  readonly after: Json | undefined;
}

export interface ReviewOptions {
  readonly replica: Replica;
  readonly signer: SessionSigner;
  readonly admin: () => Result<unknown, 'not-an-admin' | 'at-a-desktop'>;
  readonly valueOf: (document: DocumentId) => JsonObject | undefined;
  readonly valueWithWorkOf: (document: DocumentId, author: AuthorId) => Promise<JsonObject | undefined>;
  readonly settled: () => Promise<void>;
}

export class Review {
  readonly #options: ReviewOptions;

  constructor(options: ReviewOptions) {
    this.#options = options;
  }

  /** What is disputed in this replica, by document. */
  async list(): Promise<readonly Disputed[]> {
    const { replica } = this.#options;
    const found: Disputed[] = [];
    for (const document of replica.documents()) {
      if (isWardsOwn(document)) continue; // read otherwise, the audit with what is disputed in it
      for (const head of replica.frontier(document)) {
        const disputed = await this.#disputedOf(document, head);
        if (disputed !== undefined) found.push(disputed);
      }
    }
    return found;
  }

  /** Undefined for who cannot open the document. */
  async content({ document, author }: Pick<Disputed, 'document' | 'author'>): Promise<DisputedContent | undefined> {
    const before = this.#options.valueOf(document);
    const after = await this.#options.valueWithWorkOf(document, author);
    return after === undefined ? undefined : { before, after, difference: differenceOf(before, after) };
  }

  /** Resolves when the verdict is in the log and this session shows what follows from it. */
  async settle({ document, author, seq, id }: Pick<Disputed, 'document' | 'author' | 'seq' | 'id'>, verdict: Verdict): Promise<Result<null, 'not-an-admin' | 'at-a-desktop'>> {
    const admin = this.#options.admin();
    if (!admin.ok) return admin;
    await this.#options.signer.operate({ type: 'settle', verdict, of: { type: 'items', document, author, seq, id } });
    await this.#options.settled();
    return succeed(null);
  }

  async #disputedOf(document: DocumentId, { author, seq, id }: FrontierEntry): Promise<Disputed | undefined> {
    const { replica } = this.#options;
    const state = replica.state();
    const signatory = replica.signatoryOf({ document, author });
    if (signatory === undefined) return undefined;
    const acceptedSeq = acceptedUpTo({ document, author }, signatory, state);
    if (acceptedSeq >= seq) return undefined;
    const [first] = await replica.read({ document, author }, acceptedSeq + 1, ONE);
    const [last] = await replica.read({ document, author }, seq, ONE);
    if (first === undefined || last === undefined) return undefined;
    const declined = state.settlements.get(chainOf({ document, author }))?.declined;
    return {
      document, author, user: signatory.user, device: signatory.device, items: seq - acceptedSeq, from: first.fields.time, until: last.fields.time, seq, id,
      declined: declined !== undefined && declined.seq >= seq,
    };
  }
}

const ONE = { maxItems: 1, maxBytes: 1 };

/** What accepting would change, place by place. */
export function changesIn({ difference }: DisputedContent): readonly Change[] {
  return difference === undefined ? [] : placesOf(difference, []);
}

function placesOf(difference: Difference, path: readonly string[]): readonly Change[] {
  if (difference.type === 'value') return [{ path, after: difference.value }];
  return [
    ...difference.changed.flatMap(([key, inner]) => placesOf(inner, [...path, key])),
    ...difference.removed.map((key) => ({ path: [...path, key], after: undefined })),
  ];
}
