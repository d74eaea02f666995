/** How long a ward log of years takes to be replayed, as at every start of a device: from the store to the ward's state. */
import assert from 'node:assert/strict';
import { hexOf, inviteId, LOG_DOCUMENT, teamId, type ItemId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import type { Item } from '../../protocol/items/item.ts';
import type { Operation } from '../../protocol/membership/operation.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { buildWard, offerTo, type TestSession, type TestUser, type TestWard } from '../../test/support/ward-builder.ts';
import { progress, type Report } from '../harness/report.ts';
import { median, now } from '../harness/statistics.ts';
import { timePlainReplay, writePlainLog } from './plain-log.ts';

export async function replay(operations: number, rounds: number): Promise<Report> {
  const { ward, store } = await writeLog(operations);
  const times: number[] = [];
  const work: number[] = [];
  const plain: number[] = [];
  const lines = writePlainLog(operations);
  for (let round = 0; round < rounds; round++) {
    plain.push(timePlainReplay(lines));
    const started = now();
    const before = process.cpuUsage();
    const replica = await openReplica({ store, ward: ward.id, log: ward.log });
    const { users, devices, teams } = replica.state();
    times.push(now() - started);
    const { user, system } = process.cpuUsage(before);
    work.push((user + system) / 1e6);
    assert.ok(users.size > operations / 20 && devices.size > operations / 20 && teams.size > 2, 'it is the ward');
    assert.deepEqual(replica.state().heads.map(hexOf), ward.heads().map(hexOf));
  }
  return {
    name: 'log',
    title: `A ward log of ${operations.toLocaleString('en')} operations is replayed`,
    method: `From a store in memory until the state is there, as at every start of a device, ${rounds} times, median. Users come, change their passwords, join and leave teams and leave; devices join; some are signed beside others; every session signs once; every thousand operations two admins close the log. 'Plain' is as many lines of JSON in memory, each by an author of its own, parsed, checked by Ed25519 and put into a map: what is written first, without removals that undo, roles, or an order that all agree on; a device has checked signatures when it took the operations in, and does not again. Checked each time: the state is that of the replica that wrote it.`,
    figures: [{ what: 'replay', value: median(times) / 1000, unit: 's', goal: 1 }, { what: 'of which processor time', value: median(work), unit: 's' }, { what: 'plain JSON and Ed25519', value: median(plain) / 1000, unit: 's' }, { what: 'replay to plain', value: median(times) / median(plain), unit: '×' }],
  };
}

/** Years of a ward: every operation by a session of its own, as at a command line, and few beside each other. */
async function writeLog(operations: number): Promise<{ readonly ward: TestWard; readonly store: MemoryStore }> {
  const store = new MemoryStore();
  const ward = await buildWard({ seed: 'years', store });
  const { random } = ward;
  const admins = [ward.founder, await ward.join('ada', 'admin'), await ward.join('bea', 'admin')];
  const teams = Array.from({ length: 12 }, () => teamId.from(random.randomBytes(16)));
  for (const team of teams) await ward.put(ward.founder.operation({ type: 'add-team', team, sealedName: random.randomBytes(40) }));
  let people: TestUser[] = [];
  let closedAt = 0;
  const put = async (...items: readonly Item[]): Promise<void> => {
    for (const item of items) assert.equal((await offerTo(ward.replica, item)).outcome, 'stored');
  };
  const byAdmin = (): TestSession => ward.newSession(random.pick(admins).user);
  const count = (): number => [...ward.replica.frontier(LOG_DOCUMENT)].reduce((sum, { seq }) => sum + seq, 0);
  for (let step = 0; count() < operations; step++) {
    const heads = ward.heads();
    const person = people.length > 0 ? random.pick(people) : undefined;
    if (count() - closedAt > 1000) {
      closedAt = count();
      const checkpoint = ward.newSession(admins[0]?.user ?? assert.fail()).operation({ type: 'checkpoint' }, { heads });
      await put(checkpoint, ward.newSession(admins[1]?.user ?? assert.fail()).operation({ type: 'approve', proposal: checkpoint.id, cut: [] }, { heads: [checkpoint.id] }));
    } else if (step % 40 === 0 && person !== undefined && people.length > 30) {
      people = people.filter((other) => other !== person);
      await put(byAdmin().operation({ type: 'remove-user', user: person.id, cut: [] }, { heads }));
    } else if (step % 6 === 0) {
      const added = ward.newUser(`user-${step}`, 'clinician');
      people.push(added);
      await put(ward.addition(added, byAdmin(), { heads }));
    } else if (step % 6 === 1) {
      const invitation = signingKeyFromSeed(random.randomBytes(32));
      await put(byAdmin().operation({ type: 'invite', invite: inviteId.from(invitation.publicKey), kind: 'client', expires: ward.clock.now() + 1000, sealedName: random.randomBytes(40) }, { heads }));
      await put(ward.joining(invitation, ward.newDevice('client')));
    } else if (step % 6 === 2 && person !== undefined) {
      // Two beside each other.
      await put(...[byAdmin(), byAdmin()].map((admin) => membership(admin, random.pick(teams), person, heads)));
    } else if (person !== undefined) {
      const session = ward.newSession(person);
      await put(session.operation({ type: 'set-bundle', user: person.id, bundle: random.randomBytes(300) }, { heads }));
    }
    if (step % 1000 === 0) progress(`${count()} operations`);
  }
  return { ward, store };
}

function membership(admin: TestSession, team: Extract<Operation, { type: 'add-member' }>['team'], { id: user }: TestUser, heads: readonly ItemId[]): Item {
  return admin.operation({ type: 'add-member', team, user }, { heads });
}
