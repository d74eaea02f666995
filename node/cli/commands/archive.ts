import { runArchive } from '../../archive/run-archive.ts';
import { realEnvironment, silentLog, stderrLog } from '../../device/real-environment.ts';
import { ended } from '../../device/running-device.ts';
import { keepHeapSmall } from '../../device/small-heap.ts';
import { CommandFailed, type Command } from '../command.ts';
import { discoveryFor } from '../../device/network-choice.ts';
import { deviceFolder, FOLDER_OPTION, LISTEN_OPTION, listenAddresses, networkChoice, NETWORK_OPTIONS } from '../folder-options.ts';

export const archive: Command = {
  words: ['archive'],
  summary: 'Run the archive node: keeps every item, opens none, needs no password.',
  options: { ...FOLDER_OPTION, ...NETWORK_OPTIONS, ...LISTEN_OPTION, log: { type: 'boolean', help: 'log events to standard error, one JSON object a line' } },
  about: "Runs until it is stopped. 'wardsync status' and 'wardsync backup' with the same --folder ask it while it runs.",
  async run(args, io) {
    const folder = await deviceFolder(args, 'archive');
    keepHeapSmall();
    const started = await runArchive(folder, {
      environment: realEnvironment(args.flag('log') ? stderrLog : silentLog), listen: listenAddresses(args), discovery: discoveryFor(networkChoice(args)),
    });
    if (!started.ok) throw new CommandFailed(started.failure.message);
    const { device, stop } = started.value;
    io.result({ running: 'archive', peerId: device.host.peerId, addresses: device.host.addresses() }, `Archive ${device.host.peerId}\n${device.host.addresses().join('\n')}`);
    const end = await ended(device, io.stopped, stop);
    if (!end.ok) throw new CommandFailed(end.failure.message);
  },
};
