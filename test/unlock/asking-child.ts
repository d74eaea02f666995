/**
 * A node that keeps its shares in the folder given, and is asked without end: prints `asking` before each question and
 * `evaluated` once it has an answer, or `tries` when the node says that none are left, and ends. The ward is the same in
 * every process, from one seed.
 */
import { writeSync } from 'node:fs';
import { shareFiles } from '../../node/device/share-files.ts';
import { dealtWard, nodeAt } from './dealt.ts';

const [folder = ''] = process.argv.slice(2);
const ward = await dealtWard(1);
const dealt = ward.newDealing(1);
await ward.publish(dealt);
const node = { ...nodeAt(ward, 0), store: shareFiles(folder) };
await ward.restart(node);
await ward.handOver(dealt, [node]);
await node.keeper.settled();
const devices = [];
for (let i = 0; i < 4; i++) devices.push((await ward.ward.addDevice('client')).id);
for (let i = 0; ; i++) {
  writeSync(1, 'asking\n');
  const answer = await ward.ask(node, dealt, devices[i % devices.length]);
  writeSync(1, answer.type === 'refused' ? `${answer.code}\n` : 'evaluated\n');
  if (answer.type === 'refused' && answer.code === 'tries') break;
}
