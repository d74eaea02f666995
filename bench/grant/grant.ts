/** How long it takes until a team that did not have them can open many patients. */
import assert from 'node:assert/strict';
import { openFolderReplica } from '../../node/device/running-device.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import type { DocumentId } from '../../protocol/codec/ids.ts';
import { openKeyring, type Keyring } from '../../protocol/keys/keyring.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { TeamKeys } from '../../protocol/ward/team-keys.ts';
import { openWard } from '../../protocol/ward/ward.ts';
import { progress, type Report } from '../harness/report.ts';
import { median, now } from '../harness/statistics.ts';
import { plainRecipients, timePlainWraps } from '../rotation/plain-wraps.ts';
import { BenchWard, environment, must, openIdentity, PASSWORD } from '../ward/bench-ward.ts';
import { addPatients } from '../ward/patients.ts';

const DEVICE = 'Office 2';
/** The first value, and one entry. */
const CHANGESETS = 2;

export async function grant(patients: number, rounds: number): Promise<Report> {
  progress(`${patients} patients`);
  const ward = await BenchWard.found([{ kind: 'client', name: 'office' }, { kind: 'client', name: DEVICE }]);
  const made = await addPatients(ward, { documents: patients, changesets: CHANGESETS, sessions: 2 });
  const documents = made.map(({ id }) => id);
  await ward.fill(DEVICE, 'everything');
  const device = ward.device(DEVICE);
  const { replica, close } = must(await openFolderReplica(device, environment));
  const admin = must(await openWard({ replica, deviceKey: device.key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers) }).unlock('admin-1', PASSWORD));
  try {
    await admin.settled();
    const recipients = await plainRecipients(patients);
    const times: number[] = [];
    const opening: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`a new team, ${round + 1} of ${rounds}`);
      floor.push(await timePlainWraps(recipients));
      const begun = now();
      const team = must(await admin.members.addTeam(`Team ${round}`));
      const given = must(await admin.share(team, documents));
      times.push(now() - begun);
      assert.equal(given, patients);
      // Somebody who is in this team alone.
      const handle = `new-${round}`;
      must(await admin.members.addMember(team, must(await admin.members.addUser({ handle, name: handle, role: 'clinician', password: PASSWORD }))));
      const keyring = openKeyring(replica.ward, await openIdentity(replica, handle));
      const reading = now();
      await new TeamKeys(replica, keyring).readAll();
      await readGrants(replica, keyring, documents);
      opening.push(now() - reading);
      for (const document of documents) assert.equal(keyring.documentSecrets(document, 1).length, 1, 'it is open');
    }
    assert.equal([...admin.documents()].filter(({ value }) => value !== undefined).length, patients);
    return {
      name: 'grant',
      title: `A new team is given ${patients.toLocaleString('en')} patients`,
      method: `An admin's client makes a team and gives it ${patients.toLocaleString('en')} documents, ${rounds} times, median: from the tap until each document has a signed grant in a chain of its own, admitted by the client's own replica and flushed to disk one by one. The size of the team does not matter: a grant is sealed under the team's key. For comparison, in the same run: as many wraps by HPKE with X25519 to one single person, with nothing signed, kept or checked. Checked each time, outside of what is timed: somebody who is in the new team alone holds the key of each document.`,
      figures: [
        { what: 'grant, median', value: median(times) / 1000, unit: 's' },
        { what: 'a new member finds and opens all of the grants, median', value: median(opening) / 1000, unit: 's' },
        { what: 'as many wraps to one person with X25519 alone, median', value: median(floor) / 1000, unit: 's' },
        { what: 'grant to wraps with X25519 alone', value: median(times) / median(floor), unit: '×' },
      ],
    };
  } finally {
    await admin.lock();
    await close();
    await ward.close();
  }
}

async function readGrants(replica: Replica, keyring: Keyring, documents: readonly DocumentId[]): Promise<void> {
  for (const document of documents) {
    for (const { author, seq } of replica.frontier(document)) {
      const items = await replica.read({ document, author }, 1, { maxItems: seq, maxBytes: 1024 * 1024 });
      for (const item of items) if (item.fields.content.type === 'grant') keyring.readDocumentGrant(item);
    }
  }
}
