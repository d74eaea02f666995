import { runTablet } from '../../../tablet/node/run-tablet.ts';
import { discoveryFor } from '../../device/network-choice.ts';
import { realEnvironment, silentLog, stderrLog } from '../../device/real-environment.ts';
import { ended } from '../../device/running-device.ts';
import { keepHeapSmall } from '../../device/small-heap.ts';
import { appFolder } from '../app-folder.ts';
import { CommandFailed, type Command } from '../command.ts';
import { deviceFolder, FOLDER_OPTION, LISTEN_OPTION, listenAddresses, networkChoice, NETWORK_OPTIONS, portOf } from '../folder-options.ts';

export const tablet: Command = {
  words: ['tablet'],
  summary: 'Run a tablet node: syncs day and night, and serves the ward app to its own browser.',
  options: {
    ...FOLDER_OPTION,
    ...NETWORK_OPTIONS,
    ...LISTEN_OPTION,
    'page-port': { type: 'string', value: 'PORT', help: 'loopback port of the ward app', default: '7410' },
    log: { type: 'boolean', help: 'log events to standard error, one JSON object a line' },
  },
  about: 'The page is served on loopback only. The first time, open the link that is printed: it enrols the page, once.',
  async run(args, io) {
    const folder = await deviceFolder(args, 'tablet');
    keepHeapSmall();
    const started = await runTablet(folder, {
      environment: realEnvironment(args.flag('log') ? stderrLog : silentLog), listen: listenAddresses(args), discovery: discoveryFor(networkChoice(args)),
      app: await appFolder(io), pagePort: portOf(args.must('page-port'), '--page-port'),
    });
    if (!started.ok) throw new CommandFailed(started.failure.message);
    const { device, url, joinLink, stop } = started.value;
    const link = await joinLink();
    io.result(
      { running: 'tablet', peerId: device.host.peerId, addresses: device.host.addresses(), url, ...(link !== undefined && { joinLink: link }) },
      [`Tablet ${device.host.peerId}`, ...device.host.addresses(), `Ward app: ${url}`, ...(link === undefined ? [] : [`First time, open: ${link}`])].join('\n'),
    );
    const end = await ended(device, io.stopped, stop);
    if (!end.ok) throw new CommandFailed(end.failure.message);
  },
};
