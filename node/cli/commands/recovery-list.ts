import { hexOf } from '../../../protocol/codec/ids.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import type { Command } from '../command.ts';

export const recoveryList: Command = {
  words: ['recovery', 'list'],
  summary: 'Show who asks for shares of their keys that you hold.',
  options: CLIENT_OPTIONS,
  about: "Each with its code. Release a share only to somebody who stands before you and reads out the same code.",
  async run(args, io) {
    const shown = await withClient(args, io, async ({ session, device }) => session.account.requests().map(({ user, code, device: from, time, isReleased }) => {
      const { users, devices } = device.replica.state();
      const [person, place] = [users.get(hexOf(user)), devices.get(hexOf(from))];
      return {
        handle: person?.handle ?? '', name: (person && session.members.nameOf(person.sealedName)) ?? '', code,
        device: (place && session.members.nameOf(place.sealedName)) ?? hexOf(from).slice(0, 8), time: new Date(time).toISOString(), released: isReleased,
      };
    }));
    const lines = shown.map(({ handle, name, code, device, time, released }) => `${code}  ${handle} (${name}) on '${device}', ${time.slice(0, 16).replace('T', ' ')} UTC${released ? ', released' : ''}`);
    io.result(shown, lines.length === 0 ? 'Nobody asks for a share that you hold.' : lines.join('\n'));
  },
};
