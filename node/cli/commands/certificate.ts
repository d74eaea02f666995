import { resolve } from 'node:path';
import { certificateFingerprint, toPem } from '../../../protocol/authority/pem.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { openFolderReplica } from '../../device/running-device.ts';
import { CommandFailed, type Command } from '../command.ts';
import { deviceFolder, FOLDER_OPTION } from '../folder-options.ts';
import { writeNewFile } from '../new-file.ts';

export const certificate: Command = {
  words: ['certificate'],
  summary: "Export the certificate of the ward's own authority, for desktops to trust.",
  options: { ...FOLDER_OPTION, out: { type: 'string', value: 'FILE', help: 'the file to write; it must not exist (default: print it)' } },
  about: 'It may vouch for the ward\'s own names and private addresses only. Compare the fingerprint on the desktop before trusting it.\nNo password is needed: the certificate is public.',
  async run(args, io) {
    const opened = await openFolderReplica(await deviceFolder(args), realEnvironment(silentLog));
    if (!opened.ok) throw new CommandFailed(opened.failure.message);
    const { authority } = opened.value.replica.state();
    await opened.value.close();
    if (authority === undefined) throw new CommandFailed('this ward has no certificate authority yet');
    const pem = toPem('CERTIFICATE', authority.certificate);
    const fingerprint = certificateFingerprint(authority.certificate);
    const file = args.text('out');
    if (file !== undefined) await writeNewFile(resolve(file), pem);
    io.result({ certificate: pem, fingerprint }, `${file === undefined ? pem : `Written to ${file}`}\nSHA-256 ${fingerprint}`);
  },
};
