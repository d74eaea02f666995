/** Opening a document by breaking the glass: asks the nodes, checks what they answer, and what comes out of it (GLASS-3, GLASS-4). */
import { equalBytes } from '../codec/bytes.ts';
import type { Clock, Timers } from '../codec/environment.ts';
import type { AuthorId, DocumentId, ItemId } from '../codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { isProvenShare, type GlassAnswer } from '../crypto/glass/glass-seal.ts';
import { LABEL } from '../crypto/labels.ts';
import { shareKey } from '../crypto/sharing/sharing.ts';
import { signFor, type SigningKey } from '../crypto/signing/signature.ts';
import { CHAIN_START, openChangeset } from '../documents/changeset.ts';
import { openGlassBody } from '../keys/glass.ts';
import { decodeGrant, originatedDocument, type DocumentSecrets, type GlassBody } from '../keys/grant.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Dealing } from '../membership/dealing.ts';
import { glassDealingId } from '../membership/glass.ts';
import type { Replica } from '../replica/replica.ts';
import { glassAskContent, type UnlockAnswer, type UnlockNodes } from '../unlock/messages.ts';
import type { NodeOutcome, UnlockProgress } from './presence.ts';

/** A node may not have heard of the use yet: so long it is asked again, in milliseconds, and how often. */
const PATIENCE = 15_000;
const ASK_AGAIN = 200;
/** Wraps of one document that are tried: somebody may have spoiled the newest. */
const MAX_TRIED = 3;

/** `spoiled`: nodes answered, and no wrap of the document held its keys. */
export type GlassOpenFailure = 'too-few-nodes' | 'too-many-uses' | 'not-wrapped' | 'spoiled';

export interface GlassOpening {
  readonly replica: Replica;
  readonly keyring: Keyring;
  /** Of the session that signed the use. */
  readonly key: SigningKey;
  readonly nodes: UnlockNodes;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onProgress: (progress: UnlockProgress) => void;
}

export async function openByGlass(opening: GlassOpening, use: ItemId, document: DocumentId): Promise<Result<readonly DocumentSecrets[], GlassOpenFailure>> {
  const { replica, keyring } = opening;
  const dealings = replica.state().glass?.dealings ?? [];
  const wraps = keyring.glassWraps(document).toReversed().flatMap(({ team, body }) => {
    const dealing = dealings.find((each) => equalBytes(glassDealingId(replica.ward, each), body.dealing));
    return dealing === undefined ? [] : [{ team, body, dealing }];
  });
  if (wraps.length === 0) return fail('not-wrapped');
  let failure: GlassOpenFailure = 'spoiled';
  for (const { team, body, dealing } of wraps.slice(0, MAX_TRIED)) {
    const answers = await askAll(opening, use, document, body, dealing);
    if (!answers.ok) {
      failure = answers.failure;
      continue;
    }
    const teamKeys = keyring.teamKeys(team).map(({ key }) => key);
    const secrets = openGlassBody(body, { ward: replica.ward, document }, teamKeys, answers.value);
    if (secrets !== null && await areOriginal(replica, document, secrets)) return succeed(secrets);
  }
  return fail(failure);
}

/** Asks all nodes at once, and resolves as soon as t have answered honestly, or that many cannot any more. */
async function askAll(opening: GlassOpening, use: ItemId, document: DocumentId, body: GlassBody, dealing: Dealing): Promise<Result<readonly GlassAnswer[], GlassOpenFailure>> {
  const { replica, key, nodes, clock, timers, onProgress } = opening;
  const { point, proof } = body;
  const outcomes: NodeOutcome[] = dealing.nodes.map(() => 'asked');
  const proven: GlassAnswer[] = [];
  const until = clock.now() + PATIENCE;
  const report = (): void => onProgress({ need: dealing.threshold, nodes: dealing.nodes.map((device, place) => ({ device, outcome: outcomes[place] ?? 'asked' })) });
  report();
  let decide = (): void => {};
  const decided = new Promise<void>((resolve) => { decide = resolve; });
  for (const [place, node] of dealing.nodes.entries()) {
    const asked = { use, document, dealing: body.dealing, point };
    const question = { type: 'open-glass', ...asked, proof, signature: signFor(key, LABEL.glassAsk, replica.ward, glassAskContent(asked, node)) } as const;
    const ask = async (): Promise<UnlockAnswer | undefined> => {
      for (;;) {
        const answer = await nodes.ask(node, question);
        if (answer?.type !== 'refused' || answer.code !== 'unknown-use' || clock.now() >= until) return answer;
        await new Promise<void>((resolve) => { timers.after(ASK_AGAIN, resolve); });
      }
    };
    void ask().then((answer) => {
      const expected = shareKey(dealing.commitments, place + 1);
      const isHonest = answer?.type === 'glass-opened' && expected !== undefined && isProvenShare(point, expected, answer);
      if (isHonest) proven.push({ index: place + 1, element: answer.evaluated });
      outcomes[place] = outcomeOf(answer, isHonest);
      report();
      const possible = outcomes.filter((outcome) => outcome === 'asked' || outcome === 'answered').length;
      if (proven.length >= dealing.threshold || possible < dealing.threshold) decide();
    });
  }
  await decided;
  if (proven.length >= dealing.threshold) return succeed(proven.slice(0, dealing.threshold));
  return fail(outcomes.filter((outcome) => outcome === 'answered' || outcome === 'tries').length >= dealing.threshold ? 'too-many-uses' : 'too-few-nodes');
}

function outcomeOf(answer: UnlockAnswer | undefined, isHonest: boolean): NodeOutcome {
  if (answer === undefined) return 'unreachable';
  if (answer.type !== 'refused') return isHonest ? 'answered' : 'dishonest';
  if (answer.code === 'too-many-uses') return 'tries';
  return answer.code === 'busy' || answer.code === 'unknown-use' ? 'unreachable' : 'no-share';
}

/**
 * KEYS-7, without the origin's own key: only who made the document could write its first changeset under its history key,
 * so whoever wraps an invention of their own shows nothing by it.
 */
async function areOriginal(replica: Replica, document: DocumentId, secrets: readonly DocumentSecrets[]): Promise<boolean> {
  for (const { author } of replica.frontier(document)) {
    // Whoever makes a document begins with its origin, and with nothing between it and the first value but grants.
    const items = await replica.read({ document, author }, 1, { maxItems: 16, maxBytes: 1024 * 1024 });
    if (items[0] === undefined || !isOriginOf(replica, document, author, items[0].body)) continue;
    for (const item of items) {
      const { content } = item.fields;
      if (content.type === 'changeset') return openChangeset(replica.ward, secrets.filter(({ epoch }) => epoch === content.epoch), item, CHAIN_START).ok;
    }
  }
  return false;
}

function isOriginOf(replica: Replica, document: DocumentId, author: AuthorId, body: Uint8Array): boolean {
  try {
    const grant = decodeGrant(body);
    return grant.type === 'document' && grant.nonce.length > 0 && equalBytes(originatedDocument(replica.ward, author, grant.nonce), document);
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}
