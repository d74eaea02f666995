import { eligibleNodes } from '../../../protocol/membership/dealing.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { openFolderReplica } from '../../device/running-device.ts';
import { CommandFailed, type Command } from '../command.ts';
import { deviceFolder, FOLDER_OPTION } from '../folder-options.ts';
import { desktopWords, graceWords, policyWords } from '../policy-words.ts';

export const policy: Command = {
  words: ['policy'],
  summary: 'Show what the ward demands for unlocking, and what that withstands.',
  options: FOLDER_OPTION,
  about: 'Reads the log in FOLDER; needs no password.',
  async run(args, io) {
    const opened = await openFolderReplica(await deviceFolder(args), realEnvironment(silentLog));
    if (!opened.ok) throw new CommandFailed(opened.failure.message);
    const state = opened.value.replica.state();
    await opened.value.close();
    const users = [...state.users.values()].filter(({ removal }) => removal === undefined);
    const byPassword = users.filter(({ dealing }) => dealing === undefined).map(({ handle }) => handle);
    const there = eligibleNodes(state).length;
    const { unlockPolicy, graceHours, desktopPowers } = state;
    io.result(
      { threshold: unlockPolicy?.threshold ?? 0, nodes: unlockPolicy?.nodes ?? 0, nodesThere: there, byPasswordAlone: byPassword, graceHours, desktopPowers },
      [
        ...policyWords(unlockPolicy), `Archives and tablet nodes in the ward: ${there}.`,
        ...(unlockPolicy !== undefined && byPassword.length > 0 ? [`Still by password alone, until their next unlock with ${unlockPolicy.nodes} nodes in reach: ${byPassword.join(', ')}.`] : []),
        ...graceWords(graceHours),
        ...desktopWords(desktopPowers),
      ].join('\n'),
    );
  },
};
