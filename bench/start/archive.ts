/** An archive as the command starts it, in a process of its own: says when it serves and what it takes. */
import { runArchive } from '../../node/archive/run-archive.ts';
import { readDeviceFolder } from '../../node/device/device-folder.ts';
import { discoveryFor } from '../../node/device/network-choice.ts';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';
import { keepHeapSmall } from '../../node/device/small-heap.ts';

export interface Serving {
  /** On the clock that all processes share, in milliseconds: when the modules were loaded, and when it listened. */
  readonly loaded: number;
  readonly listening: number;
  /** Resident bytes then. */
  readonly memory: number;
  readonly address: string;
  readonly items: number;
}

const loaded = now();
keepHeapSmall();
const folder = await readDeviceFolder(process.argv[2] ?? '');
if (!folder.ok) throw new Error(folder.failure.message);
const started = await runArchive(folder.value, { environment: realEnvironment(silentLog), listen: ['/ip4/127.0.0.1/tcp/0'], discovery: discoveryFor({ local: true, mdns: true }) });
if (!started.ok) throw new Error(started.failure.message);
const archive = started.value;
const { host, replica } = archive.device;
process.send?.({
  loaded, listening: now(), memory: process.memoryUsage.rss(), address: `${host.addresses()[0] ?? ''}/p2p/${host.peerId}`, items: replica.count,
} satisfies Serving);
process.on('message', () => process.send?.(process.memoryUsage.rss()));
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => void archive.stop().finally(() => process.exit()));

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
