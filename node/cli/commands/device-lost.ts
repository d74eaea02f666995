import { hexOf } from '../../../protocol/codec/ids.ts';
import type { LostReport } from '../../../protocol/ward/members.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import { CommandFailed, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { deviceNamed, memberFailure } from '../members.ts';

export const deviceLost: Command = {
  words: ['device', 'lost'],
  summary: 'Report a device as lost or stolen: it is shut out, keys it could reach change, its users are told.',
  positionals: ['DEVICE'],
  options: CLIENT_OPTIONS,
  about: `DEVICE is its name, or the beginning of its id as 'wardsync status' shows it (8 digits or more). A tablet and the page on it go together.
No peer talks to it from then on; what was written there stands as far as it has arrived here; the teams of whoever unlocked there get new keys, and
these people are asked to change their passwords. When the device hears of it, it destroys what it holds.`,
  async run(args, io) {
    const name = args.positionals[0] ?? '';
    const report = await withClient(args, io, async ({ session, device }) => {
      const reported = await session.members.reportLost(deviceNamed(session, device.replica, name));
      if (!reported.ok) throw new CommandFailed(memberFailure(reported.failure));
      return shown(reported.value, session, device.replica);
    });
    io.result(report, [
      ...report.devices.map((device) => `${device} is shut out.`),
      ...(report.locksOut ? ["Too few archives and tablets are left to answer: whoever locks now does not get in again. Choose another policy at once ('wardsync policy set'), where somebody is unlocked, or let another tablet in."] : []),
      report.users.length === 0 ? 'Nobody had unlocked there.' : `Their teams have new keys, and they should change their passwords: ${report.users.join(', ')}.`,
    ].join('\n'));
  },
};

function shown({ devices, users, locksOut }: LostReport, session: Session, replica: Replica): { readonly devices: readonly string[]; readonly users: readonly string[]; readonly locksOut: boolean } {
  return {
    locksOut,
    devices: devices.map(({ id, sealedName }) => session.members.nameOf(sealedName) ?? hexOf(id).slice(0, 16)),
    users: users.flatMap((user) => replica.state().users.get(hexOf(user))?.handle ?? []),
  };
}
