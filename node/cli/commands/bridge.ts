import { runBridge } from '../../../browser-bridge/run-bridge.ts';
import { discoveryFor } from '../../device/network-choice.ts';
import { realEnvironment, silentLog, stderrLog } from '../../device/real-environment.ts';
import { ended } from '../../device/running-device.ts';
import { keepHeapSmall } from '../../device/small-heap.ts';
import { appFolder } from '../app-folder.ts';
import { CommandFailed, type Command } from '../command.ts';
import { deviceFolder, FOLDER_OPTION, networkChoice, NETWORK_OPTIONS, portOf } from '../folder-options.ts';

export const bridge: Command = {
  words: ['bridge'],
  summary: 'Run the bridge: the ward app over HTTPS for desktops, and a pipe to the archive. No keys, no records.',
  options: {
    ...FOLDER_OPTION,
    ...NETWORK_OPTIONS,
    address: { type: 'string', value: 'IP', help: 'address to serve at (default 0.0.0.0, or 127.0.0.1 with --local)' },
    port: { type: 'string', value: 'PORT', help: 'HTTPS port', default: '7443' },
    log: { type: 'boolean', help: 'log events to standard error, one JSON object a line' },
  },
  about: "Desktops have to trust the ward's own authority once: 'wardsync certificate' exports it.",
  async run(args, io) {
    const folder = await deviceFolder(args, 'bridge');
    keepHeapSmall();
    const started = await runBridge(folder, {
      environment: realEnvironment(args.flag('log') ? stderrLog : silentLog), discovery: discoveryFor(networkChoice(args)), app: await appFolder(io),
      address: args.text('address') ?? (args.flag('local') ? '127.0.0.1' : '0.0.0.0'), port: portOf(args.must('port'), '--port'),
      stopped: io.stopped, onWaiting: () => io.say('Waiting for the certificate that an admin issues.'),
    });
    if (!started.ok) throw new CommandFailed(started.failure.message);
    const { device, bridge: running, stop } = started.value;
    io.result({ running: 'bridge', peerId: device.host.peerId, url: running.url }, `Bridge ${device.host.peerId}\nWard app: ${running.url}`);
    const end = await ended(device, io.stopped, stop);
    if (!end.ok) throw new CommandFailed(end.failure.message);
  },
};
