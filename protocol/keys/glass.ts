/**
 * What a break-glass wrap holds (GLASS-4): every key of a document so far, and its history key. Beside it stands, under
 * the all-clinicians key alone, by what the patient can be found by somebody in no care team: tags, and no names.
 */
import type { Entropy } from '../codec/environment.ts';
import { documentId, type DocumentId, type TeamId, type WardId } from '../codec/ids.ts';
import { fromUtf8, utf8 } from '../codec/bytes.ts';
import { MalformedError } from '../codec/result.ts';
import { fixedBytes, fromBytes, list, record, toBytes, uint, type Shape, type ValueOf } from '../codec/shape.ts';
import { openGlass, sealGlass, type GlassAnswer } from '../crypto/glass/glass-seal.ts';
import { type GlassContext } from '../crypto/sharing/sealed-point.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { deriveKey } from '../crypto/signing/hash.ts';
import { MAX_GLASS_SECRETS, type DocumentSecrets, type GlassBody } from './grant.ts';

const TAG_LENGTH = 16;
/** A number, a bed, and as many again. */
const MAX_TAGS = 4;
/** UTF-16 units. */
export const MAX_GLASS_REASON = 200;
const NO_FIELDS = new Uint8Array(0);

const secretsShape = record({
  historyKey: fixedBytes(32),
  /** By rising epoch; two of one epoch where two were made at once. */
  keys: list(record({ epoch: uint(0xffffffff), key: fixedBytes(32) }), MAX_GLASS_SECRETS),
});

const finderShape = record({
  /** The patient's lasting record: documents of one patient are opened together. */
  patient: documentId.shape,
  tags: list(fixedBytes(TAG_LENGTH), MAX_TAGS),
});

/** What a patient may be asked for by, as words: a number, a bed. */
export interface Finder {
  readonly patient: DocumentId;
  readonly words: readonly string[];
}

export type SealedFinder = ValueOf<typeof finderShape>;

export interface GlassSealing extends GlassContext {
  readonly ward: WardId;
  readonly document: DocumentId;
  readonly commitments: readonly [Uint8Array, ...Uint8Array[]];
  readonly teamKey: Uint8Array;
}

/** `secrets` are all that is known of the document, by rising epoch; the newest are kept where there are too many. */
export function sealGlassBody(sealing: GlassSealing, secrets: readonly DocumentSecrets[], finder: Finder, entropy: Entropy): GlassBody {
  const { ward, document, dealing, teamKey } = sealing;
  const newest = secrets.at(-1);
  if (newest === undefined) throw new RangeError('a wrap holds one key at least');
  const plaintext = toBytes(secretsShape, { historyKey: newest.historyKey, keys: secrets.slice(-MAX_GLASS_SECRETS).map(({ epoch, key }) => ({ epoch, key })) });
  const wrap = sealGlass(plaintext, sealing, sealing.commitments, teamKey, entropy);
  plaintext.fill(0);
  const tags = finder.words.slice(0, MAX_TAGS).map((word) => tagOf(ward, teamKey, word));
  const sealedFinder = sealCommitted(teamKey, finderContext(ward, document), NO_FIELDS, toBytes(finderShape, { patient: finder.patient, tags }), entropy);
  return { type: 'glass', epoch: newest.epoch, dealing, ...wrap, finder: sealedFinder };
}

/** Null when the answers or the team's keys do not open it. By rising epoch. */
export function openGlassBody(body: GlassBody, context: { readonly ward: WardId; readonly document: DocumentId }, teamKeys: readonly Uint8Array[], answers: readonly GlassAnswer[]): readonly DocumentSecrets[] | null {
  for (const teamKey of teamKeys) {
    const plaintext = openGlass(body, { ...context, dealing: body.dealing }, teamKey, answers);
    const held = plaintext && parsed(secretsShape, plaintext);
    plaintext?.fill(0);
    if (held) return held.keys.map(({ epoch, key }) => ({ epoch, key, historyKey: held.historyKey }));
  }
  return null;
}

/** With the team key that opened it, for `tagOf`; null when none does. */
export function openFinder(body: GlassBody, ward: WardId, document: DocumentId, teamKeys: readonly Uint8Array[]): { readonly finder: SealedFinder; readonly teamKey: Uint8Array } | null {
  for (const teamKey of teamKeys) {
    const opened = openCommitted(teamKey, finderContext(ward, document), NO_FIELDS, body.finder);
    const finder = opened && parsed(finderShape, opened);
    if (finder) return { finder, teamKey };
  }
  return null;
}

/** Upper and lower case, and spaces, make no difference. */
export function tagOf(ward: WardId, teamKey: Uint8Array, word: string): Uint8Array {
  return deriveKey(teamKey, utf8(word.normalize('NFKC').toLowerCase().replace(/\s+/gu, '')), LABEL.glassTag, [ward], TAG_LENGTH);
}

/** Why the glass is broken: under the key of the team 'everyone', whose sight it is in. */
export function sealGlassReason(key: Uint8Array, ward: WardId, everyone: TeamId, reason: string, entropy: Entropy): Uint8Array {
  if (reason.length === 0 || reason.length > MAX_GLASS_REASON) throw new RangeError(`a reason has 1 to ${MAX_GLASS_REASON} characters`);
  return sealCommitted(key, reasonContext(ward, everyone), NO_FIELDS, utf8(reason), entropy);
}

/** Null when none of the keys opens it. */
export function openGlassReason(keys: readonly Uint8Array[], ward: WardId, everyone: TeamId, sealed: Uint8Array): string | null {
  for (const key of keys) {
    const reason = openCommitted(key, reasonContext(ward, everyone), NO_FIELDS, sealed);
    if (reason !== null) return fromUtf8(reason, 'reason');
  }
  return null;
}

function parsed<T>(shape: Shape<T>, bytes: Uint8Array): T | null {
  try {
    return fromBytes(shape, bytes, bytes.length, 'break-glass wrap');
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

function finderContext(ward: WardId, document: DocumentId) {
  return { label: LABEL.glassFinder, ward, subject: document };
}

function reasonContext(ward: WardId, everyone: TeamId) {
  return { label: LABEL.glassReason, ward, subject: everyone };
}
