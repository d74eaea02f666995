/**
 * The process of a tablet node as the product composes it, over a folder that is there already. Its log goes to standard
 * error; a line `{"type":"count"}` on its input is answered with what it holds. Ends with its input.
 */
import { createInterface } from 'node:readline';
import { realEnvironment, stderrLog } from '../../node/device/real-environment.ts';
import { readDeviceFolder } from '../../node/device/device-folder.ts';
import { runDevice } from '../../node/device/running-device.ts';

const report = (event: string, fields: object = {}): void => console.log(JSON.stringify({ event, ...fields }));
const folder = await readDeviceFolder(process.argv[2] ?? '');
if (!folder.ok) throw new Error(folder.failure.message);
const started = await runDevice(folder.value, { environment: realEnvironment(stderrLog), listen: ['/ip4/127.0.0.1/tcp/0'] });
if (!started.ok) throw new Error(started.failure.message);
const { replica, host, stop } = started.value;

replica.onAdmitted(() => report('holds', { count: replica.count }));
const input = createInterface({ input: process.stdin });
input.on('line', () => report('holds', { count: replica.count, asked: true, memory: process.memoryUsage().rss }));
input.once('close', () => void stop().then(() => report('stopped')));
report('ready', { addresses: host.addresses(), peer: host.peerId });
