import { runTablet, type JoinLink } from '../../../tablet/node/run-tablet.ts';
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
  about: `The page is served on loopback only. The first time, open the link that is printed: it enrols the page, once, for as long as the
tablet's own code is good. For another page, or later, an admin makes a code with 'wardsync pair --kind client --at TABLET'.`,
  async run(args, io) {
    const folder = await deviceFolder(args, 'tablet');
    keepHeapSmall();
    const started = await runTablet(folder, {
      environment: realEnvironment(args.flag('log') ? stderrLog : silentLog), listen: listenAddresses(args), discovery: discoveryFor(networkChoice(args)),
      app: await appFolder(io), pagePort: portOf(args.must('page-port'), '--page-port'),
    });
    if (!started.ok) throw new CommandFailed(started.failure.message);
    const { device, url, joinLink, stop } = started.value;
    const first = await joinLink();
    const { peerId } = device.host;
    io.result(
      { running: 'tablet', peerId, addresses: device.host.addresses(), url, ...(first.state === 'open' && { joinLink: first.link }), ...(first.state === 'expired' && { codeExpired: true }) },
      [`Tablet ${peerId}`, ...device.host.addresses(), `Ward app: ${url}`, ...firstTime(first, peerId)].join('\n'),
    );
    const end = await ended(device, io.stopped, stop);
    if (!end.ok) throw new CommandFailed(end.failure.message);
  },
};

function firstTime(first: JoinLink, peerId: string): readonly string[] {
  switch (first.state) {
    case 'open': return [`First time, open: ${first.link}`];
    case 'expired': return [`No page has joined here, and the code for it has expired: an admin makes another with 'wardsync pair --kind client --at ${peerId}'`];
    case 'used': return [];
  }
}
