/** How long an admin waits when somebody leaves: a new epoch of the key of a team, sealed to everybody who stays. */
import assert from 'node:assert/strict';
import { hexOf } from '../../protocol/codec/ids.ts';
import { progress, type Report } from '../harness/report.ts';
import { median, now } from '../harness/statistics.ts';
import { holders, keysOf, makeLargeTeam, type LargeTeam } from './large-team.ts';
import { plainRecipients, timePlainWraps } from './plain-wraps.ts';

export async function rotation(size: number, rounds: number): Promise<Report> {
  progress(`a team of ${size} users`);
  const large = await makeLargeTeam(size);
  try {
    const { admin, team, members } = large;
    assert.equal(holders(admin, team), size);
    const recipients = await plainRecipients(size);
    const times: number[] = [];
    const opening: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`rotation ${round + 1} of ${rounds}`);
      const leaver = present(members[round]);
      const staying = present(members.at(-1 - round));
      floor.push(await timePlainWraps(recipients));
      const begun = now();
      const removed = await admin.members.removeMember(team, leaver.user);
      times.push(now() - begun);
      assert.ok(removed.ok);
      opening.push(await check(large, round + 2, leaver, staying));
    }
    const removals: number[] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`removal ${round + 1} of ${rounds}`);
      const leaver = present(members[rounds + round]);
      const begun = now();
      const removed = await admin.council.removeUser(leaver.user);
      removals.push(now() - begun);
      assert.ok(removed.ok && removed.value === 'done');
      await check(large, rounds + round + 2, leaver, present(members.at(-1 - round)));
    }
    return {
      name: 'rotation',
      title: `A team of ${size} users gets a new key`,
      method: `An admin takes somebody out, ${rounds} times, median: from the tap until the operation and the new epoch's key, sealed to each of those who stay by HPKE with X-Wing (X25519 and ML-KEM-768), are admitted by the client's own replica and flushed to disk. A removal from the ward ends in two such teams, the other being that of everyone. For comparison, in the same run: a key sealed to as many by the same HPKE with X25519 alone, with nothing signed, kept or checked. Checked each time, outside of what is timed: everybody who stays has the newest key by the grants, one of them opens it, who left has the keys of before and not this one.`,
      figures: [
        { what: 'rotation of the team, median', value: median(times) / 1000, unit: 's' },
        { what: 'rotation of the team, slowest', value: Math.max(...times) / 1000, unit: 's' },
        { what: 'removal from the ward (two such teams), median', value: median(removals) / 1000, unit: 's' },
        { what: 'a member reads all of the team\'s grants and opens the newest key, median', value: median(opening) / 1000, unit: 's' },
        { what: 'as many wraps with X25519 alone, median', value: median(floor) / 1000, unit: 's' },
        { what: 'rotation to wraps with X25519 alone', value: median(times) / median(floor), unit: '×' },
      ],
    };
  } finally {
    await large.close();
  }
}

/** Returns the milliseconds that one who stays takes for reading the ward's grants and opening the newest key. */
async function check({ replica, admin, team }: LargeTeam, epoch: number, leaver: Parameters<typeof keysOf>[1], staying: Parameters<typeof keysOf>[1]): Promise<number> {
  const access = admin.teamAccess().find((each) => hexOf(each.team.id) === hexOf(team));
  assert.ok(access !== undefined && access.waiting.length === 0 && !access.isRotationOwed, 'nothing is owed');
  assert.equal(access.canOpen.length, access.team.members.size);
  const begun = now();
  const own = await keysOf(replica, staying);
  const took = now() - begun;
  assert.equal(own.teamKey(team)?.epoch, epoch);
  assert.ok(((await keysOf(replica, leaver)).teamKey(team)?.epoch ?? 0) < epoch, 'who left has no key of this epoch');
  return took;
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
