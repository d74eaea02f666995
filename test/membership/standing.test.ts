import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorId, deviceId, documentId, hexOf, itemId, sessionId, userId } from '../../protocol/codec/ids.ts';
import { chainOf } from '../../protocol/membership/cuts.ts';
import type { Certificate } from '../../protocol/membership/certificate.ts';
import { acceptedUpTo, standingOf, type ItemPosition, type Rulings, type Signatory } from '../../protocol/membership/standing.ts';
import type { CutEntry, Removal, Renewal } from '../../protocol/membership/ward-state.ts';
import { seededRandom } from '../support/seeded.ts';

const random = seededRandom('standing');
const newItem = () => itemId.from(random.randomBytes(32));
const USER = userId.from(random.randomBytes(16));
const DEVICE = deviceId.from(random.randomBytes(32));
const CHAIN = { document: documentId.from(random.randomBytes(16)), author: authorId.from(random.randomBytes(32)) };
const certificate: Certificate = { user: USER, session: sessionId.from(CHAIN.author), device: DEVICE, created: 0, signature: random.randomBytes(64), deviceSignature: random.randomBytes(64) };
const SIGNATORY: Signatory = { user: USER, device: DEVICE, certificate };
/** Five items of one session. */
const items: readonly ItemPosition[] = [1, 2, 3, 4, 5].map((seq) => ({ ...CHAIN, seq, id: newItem() }));
const place = (seq: number): CutEntry => items[seq - 1] ?? assert.fail();
const elsewhere: CutEntry = { document: documentId.from(random.randomBytes(16)), author: CHAIN.author, seq: 9, id: newItem() };

interface Given {
  readonly user?: Removal | undefined;
  readonly device?: Removal | undefined;
  readonly renewals?: readonly Renewal[];
  /** The renewal that gave the session's key. */
  readonly under?: Renewal;
  readonly settled?: CutEntry;
  readonly isUnknown?: 'user' | 'device';
}

function rulings({ user, device, renewals = [], under, settled, isUnknown }: Given): Rulings {
  return {
    users: new Map(isUnknown === 'user' ? [] : [[hexOf(USER), { removal: user, renewals }]]),
    devices: new Map(isUnknown === 'device' ? [] : [[hexOf(DEVICE), { removal: device }]]),
    settlements: new Map(settled === undefined ? [] : [[chainOf(CHAIN), { accepted: settled, declined: undefined }]]),
    renewalOf: () => under && hexOf(under.operation),
  };
}

/** The numbers of the items that are accepted; `acceptedUpTo` has to say the same. */
function accepted(given: Given, signatory = SIGNATORY): readonly number[] {
  const state = rulings(given);
  const found = items.filter((item) => standingOf(item, signatory, state) === 'accepted').map(({ seq }) => seq);
  const last = acceptedUpTo(CHAIN, signatory, state);
  assert.deepEqual(found, items.map(({ seq }) => seq).filter((seq) => seq <= last));
  return found;
}

const removal = (...cut: readonly CutEntry[]): Removal => ({ operation: newItem(), cut });
const renewal = (...cut: readonly CutEntry[]): Renewal => ({ ...removal(...cut), signingKey: random.randomBytes(32) });

test('ADMIT-5: all of a member is accepted; of who is out, what lies within the cut of each removal', () => {
  assert.deepEqual(accepted({}), [1, 2, 3, 4, 5]);
  assert.equal(acceptedUpTo(CHAIN, SIGNATORY, rulings({})), Infinity);
  assert.deepEqual(accepted({ user: removal(elsewhere, place(3)) }), [1, 2, 3]);
  assert.deepEqual(accepted({ device: removal(place(2)) }), [1, 2]);
  assert.deepEqual(accepted({ user: removal(place(4)), device: removal(place(2)) }), [1, 2]);
  assert.deepEqual(accepted({ user: removal(elsewhere) }), [], 'nothing of this chain was known');
  assert.deepEqual(accepted({ isUnknown: 'user' }), []);
  assert.deepEqual(accepted({ isUnknown: 'device' }), []);
});

test('ADMIT-5: a receipt is judged by its device alone', () => {
  const ofDevice: Signatory = { user: undefined, device: DEVICE, certificate: undefined };
  assert.deepEqual(accepted({ user: removal(), renewals: [renewal()] }, ofDevice), [1, 2, 3, 4, 5]);
  assert.deepEqual(accepted({ device: removal(place(1)) }, ofDevice), [1]);
});

test('ADMIT-5: a cut names an item and not a number: another one at its end is disputed', () => {
  const cut = removal({ ...place(3), id: newItem() });
  const state = rulings({ user: cut });
  assert.deepEqual(items.map((item) => standingOf(item, SIGNATORY, state)), ['accepted', 'accepted', 'disputed', 'disputed', 'disputed']);
});

test('ADMIT-6: what an admin accepted since is in, and nothing beyond it', () => {
  assert.deepEqual(accepted({ user: removal(place(1)), settled: place(4) }), [1, 2, 3, 4]);
  assert.deepEqual(accepted({ user: removal(place(4)), settled: place(2) }), [1, 2, 3, 4]);
  assert.deepEqual(accepted({ settled: place(2) }), [1, 2, 3, 4, 5]);
});

test('LOG-15: what earlier keys certified ends with the renewal that came after them', () => {
  const [first, second] = [renewal(place(2)), renewal(place(4))];
  assert.deepEqual(accepted({ renewals: [first, second] }), [1, 2], 'by the first keys');
  assert.deepEqual(accepted({ renewals: [first, second], under: first }), [1, 2, 3, 4]);
  assert.deepEqual(accepted({ renewals: [first, second], under: second }), [1, 2, 3, 4, 5]);
  assert.deepEqual(accepted({ renewals: [renewal(elsewhere)] }), []);
  assert.deepEqual(accepted({ renewals: [first], under: second }), [], 'by a renewal that does not count');
  assert.deepEqual(accepted({ under: second }), []);
  assert.deepEqual(accepted({ renewals: [first, second], under: first, user: removal(place(3)) }), [1, 2, 3]);
});
