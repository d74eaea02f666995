/**
 * The stolen-tablet and stolen-archive drill, for sceptics:
 *
 *     npx tsx scripts/drills/stolen.ts HANDLE WORDS FOLDER [FOLDER…]
 *
 * FOLDER is a copy of the folder of a stopped archive or tablet node, as a thief has it; WORDS a file with a word a line,
 * the true password among them. With fewer folders than the ward's threshold it opens nothing; with enough of them it
 * does, which shows that the drill would have found the password.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDeviceFolder, sharesFolder } from '../../node/device/device-folder.ts';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';
import { openFolderReplica } from '../../node/device/running-device.ts';
import { shareFiles } from '../../node/device/share-files.ts';
import { must } from '../demo/set-up.ts';
import { guess } from './guess.ts';

const [handle, wordsFile, ...folders] = process.argv.slice(2);
if (handle === undefined || wordsFile === undefined || folders.length === 0) {
  console.error('usage: npx tsx scripts/drills/stolen.ts HANDLE WORDS FOLDER [FOLDER…]');
  process.exit(2);
}
const environment = realEnvironment(silentLog);
const work = await mkdtemp(join(tmpdir(), 'wardsync-drill-'));
try {
  const words = (await readFile(wordsFile, 'utf8')).split('\n').map((line) => line.trimEnd()).filter((line) => line.length > 0);
  const copies: string[] = [];
  for (const [index, folder] of folders.entries()) {
    copies.push(join(work, String(index)));
    await cp(folder, join(work, String(index)), { recursive: true, filter: (source) => !source.endsWith('.sock') });
  }
  const nodes = await Promise.all(copies.map(async (path) => (await shareFiles(sharesFolder({ path })).load()).records));
  const opened = must(await openFolderReplica(must(await readDeviceFolder(copies[0] ?? '')), environment));
  const attempts = await guess({ replica: opened.replica, nodes }, handle, words, environment.entropy);
  await opened.close();
  for (const { bundle, sharesHeld, sharesNeeded, tried, opened: isOpen } of attempts) {
    console.log(`A bundle ${bundle}: ${sharesHeld} of ${sharesNeeded} shares on these disks, ${tried} of ${words.length} words could be tried: ${isOpen ? 'OPENED' : 'not opened'}`);
  }
  console.log(`${attempts.filter((each) => each.opened).length} unlocks`);
  process.exitCode = attempts.some((each) => each.opened) ? 1 : 0;
} finally {
  await rm(work, { recursive: true, force: true });
}
