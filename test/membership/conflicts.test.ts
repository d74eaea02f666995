/** Which operations are looked at together (LOG-4): exactly those for which it matters what else is in the log. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { authorId, deviceId, hexOf, inviteId, itemId, teamId, userId, type AuthorId } from '../../protocol/codec/ids.ts';
import { conflictsOf } from '../../protocol/membership/conflicts.ts';
import { LogEntries, type Entry } from '../../protocol/membership/log-entries.ts';
import type { Operation } from '../../protocol/membership/operation.ts';
import type { Role } from '../../protocol/membership/ward-state.ts';
import { seededRandom } from '../support/seeded.ts';

const random = seededRandom('conflicts');
const NOTHING = new Uint8Array(0);
const [ada, bea, cleo, nora, olga] = Array.from({ length: 5 }, () => userId.from(random.randomBytes(16))) as [User, User, User, User, User];
type User = ReturnType<typeof userId.from>;
const tablet = deviceId.from(random.randomBytes(32));
const record = (user: User, role: Role) => ({ user, handle: hexOf(user).slice(0, 8), role, signingKey: NOTHING, kemKey: NOTHING, bundle: NOTHING, sealedName: NOTHING });
const device = { device: tablet, kind: 'tablet', sealedName: NOTHING } as const;

const adds = (user: User, role: Role = 'clinician'): Operation => ({ type: 'add-user', ...record(user, role) });
const becomes = (user: User, role: Role): Operation => ({ type: 'set-role', user, role });
const removes = (user: User): Operation => ({ type: 'remove-user', user, cut: [] });
const bundles = (user: User): Operation => ({ type: 'set-bundle', user, bundle: NOTHING });
const joins = (): Operation => ({ type: 'join', device: deviceId.from(random.randomBytes(32)), certificateRequest: NOTHING, proof: NOTHING });

let log: LogEntries;
/** Numbers of the entries that were found to be in conflict so far. */
let known: Set<number>;
/** Of the last entry that was added. */
let found: readonly number[];
let start: Entry;

/** Adds what `by` signs, after these entries; by default after everybody has come. */
function add(operation: Operation, by: User | AuthorId, after: readonly Entry[] = [start]): Entry {
  const signer = by.length === 16 ? { user: hexOf(by as User), device: hexOf(tablet), renewal: undefined } : undefined;
  const author = by.length === 16 ? authorId.from(random.randomBytes(32)) : by as AuthorId;
  const entry = log.add({ id: itemId.from(random.randomBytes(32)), author, operation, signer, certificate: undefined, time: 0, heads: [] }, after.map(({ index }) => index));
  found = conflictsOf(log, entry, known).toSorted((a, b) => a - b);
  for (const index of found) known.add(index);
  return entry;
}

function together(...entries: readonly Entry[]): void {
  assert.deepEqual([...new Set(found)], entries.map(({ index }) => index).toSorted((a, b) => a - b));
}

/** Admins ada, bea and cleo, and nora and olga, who are none. */
beforeEach(() => {
  log = new LogEntries();
  known = new Set();
  const genesis = add({ type: 'genesis', sealedName: NOTHING, founder: record(ada, 'admin'), device, everyone: teamId.from(random.randomBytes(16)), admins: teamId.from(random.randomBytes(16)), nonce: NOTHING }, ada, []);
  const others: Entry[] = [];
  for (const [user, role] of [[bea, 'admin'], [cleo, 'admin'], [nora, 'clinician'], [olga, 'viewer']] as const) others.push(add(adds(user, role), ada, [others.at(-1) ?? genesis]));
  start = others.at(-1) ?? genesis;
  assert.equal(known.size, 0);
});

test('LOG-4: what happens one after the other is in conflict with nothing, nor what has nothing to do with each other', () => {
  const removal = add(removes(nora), ada);
  add(bundles(olga), olga, [removal]);
  together();
  add(bundles(olga), olga);
  together();
  add(adds(userId.from(random.randomBytes(16))), bea);
  together();
  add({ type: 'remove-device', device: deviceId.from(random.randomBytes(32)), cut: [] }, cleo);
  together();
});

test('LOG-5: a removal and what the removed person signed at the same time, whichever came first', () => {
  const [work, removal] = [add(bundles(nora), nora), add(removes(nora), ada)];
  together(work, removal);
  const late = add(bundles(nora), nora);
  together(removal, late);
  add(bundles(nora), nora, [removal]);
  together();
});

test('LOG-9: one user id given twice at the same time; two different ones are nobody’s concern', () => {
  const twice = userId.from(random.randomBytes(16));
  const first = add(adds(twice), ada);
  add(adds(userId.from(random.randomBytes(16))), bea);
  together();
  together(first, add(adds(twice), bea));
});

test('LOG-7: one invitation used twice; not two invitations, nor two operations of one author', () => {
  const [one, other] = [1, 2].map(() => authorId.from(inviteId.from(random.randomBytes(32)))) as [AuthorId, AuthorId];
  const first = add(joins(), one);
  add(joins(), other);
  together();
  add(bundles(olga), one);
  together();
  const second = add(joins(), one);
  together(first, second);
});

test('LOG-14: a checkpoint that is approved, and what was signed at the same time; not one that nobody approved', () => {
  const beside = add(bundles(olga), olga);
  const checkpoint = add({ type: 'checkpoint' }, ada);
  together();
  const before = add(bundles(nora), nora, [checkpoint]);
  together();
  const approval = add({ type: 'approve', proposal: checkpoint.id, cut: [] }, bea, [checkpoint]);
  together(beside, checkpoint, approval);
  const late = add(bundles(nora), nora);
  together(checkpoint, approval, late);
  add(bundles(nora), nora, [before]);
  together();
  const again = add({ type: 'approve', proposal: checkpoint.id, cut: [] }, cleo, [checkpoint]);
  together(beside, checkpoint, approval, late, again);
});

test('LOG-14: a checkpoint beside which nothing was signed, and approvals of anything else', () => {
  const checkpoint = add({ type: 'checkpoint' }, ada);
  const approval = add({ type: 'approve', proposal: checkpoint.id, cut: [] }, bea, [checkpoint]);
  together();
  const proposal = add({ type: 'propose', action: { type: 'set-role', user: olga, role: 'clinician' } }, ada, [approval]);
  add(bundles(nora), nora, [approval]);
  add({ type: 'approve', proposal: proposal.id, cut: [] }, bea, [proposal]);
  together();
  add({ type: 'approve', proposal: itemId.from(random.randomBytes(32)), cut: [] }, bea, [proposal]);
  together();
});

test('LOG-8: two admins who lose the role at the same time, and who became one meanwhile', () => {
  const first = add(becomes(bea, 'viewer'), ada);
  together();
  const gain = add(becomes(nora, 'admin'), cleo);
  together();
  const after = add(becomes(olga, 'admin'), cleo, [first]);
  together();
  const second = add(removes(cleo), ada);
  together(first, second, gain, after);
  const late = add(adds(userId.from(random.randomBytes(16)), 'admin'), ada);
  together(first, second, late);
});

test('LOG-8: no contest: one admin twice, who is no admin, a device, or one loss after the other', () => {
  const first = add(becomes(bea, 'viewer'), ada);
  add(removes(bea), ada);
  together();
  add(removes(olga), ada);
  together();
  add({ type: 'remove-device', device: deviceId.from(random.randomBytes(32)), cut: [] }, ada);
  together();
  add(becomes(cleo, 'viewer'), ada, [first]);
  assert.ok(!found.includes(first.index));
});

test('LOG-8: who becomes an admin only now may have lost the role already, as others see it', () => {
  const early = add(becomes(nora, 'viewer'), ada);
  const other = add(becomes(bea, 'viewer'), ada);
  together();
  const gain = add(becomes(nora, 'admin'), cleo);
  together(early, other, gain);
});
