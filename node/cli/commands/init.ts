import { join, resolve } from 'node:path';
import { DEFAULT_DNS_SUFFIXES, isDnsSuffix } from '../../../protocol/authority/server-names.ts';
import { defaultTeam } from '../../../protocol/chart/teams.ts';
import { Chart } from '../../../protocol/chart/chart.ts';
import type { WardIndex } from '../../../protocol/clinical/model.ts';
import { signingKeyFromSeed } from '../../../protocol/crypto/signing/signature.ts';
import { hexOf, type WardId } from '../../../protocol/codec/ids.ts';
import { fail, succeed, type Result } from '../../../protocol/codec/result.ts';
import { nodeEngine } from '../../../protocol/documents/node-engine.ts';
import { openReplica } from '../../../protocol/replica/open-replica.ts';
import { openLevelStore } from '../../../protocol/store/level-store.ts';
import { StoreError } from '../../../protocol/store/item-store.ts';
import { foundWard } from '../../../protocol/ward/found.ts';
import { isHandle, MIN_PASSWORD_LENGTH } from '../../../protocol/ward/members.ts';
import { openWard } from '../../../protocol/ward/ward.ts';
import { itemsFolder, newDevice, writeDeviceFile } from '../../device/device-folder.ts';
import { makeFolder } from '../../device/new-folder.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { establishAuthority } from '../authority.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { FOLDER_OPTION } from '../folder-options.ts';
import { joinHere } from '../join-here.ts';
import { memberFailure, nameOption } from '../members.ts';

export const init: Command = {
  words: ['init'],
  summary: 'Found a ward, with its first admin, on this machine.',
  options: {
    ...FOLDER_OPTION,
    name: { type: 'string', value: 'NAME', help: "the ward's name; sealed, only members can read it", required: true },
    admin: { type: 'string', value: 'HANDLE', help: "the first admin's handle; public, so let it name nobody", default: 'admin-1' },
    'admin-name': { type: 'string', value: 'NAME', help: "the first admin's name; sealed", default: 'Ward admin' },
    'password-file': { type: 'string', value: 'FILE', help: 'read the password from a file (else WARDSYNC_PASSWORD, else a prompt)' },
    team: { type: 'string', value: 'NAME', help: 'name of the first care team', default: 'Ward' },
    beds: { type: 'string', value: 'N', help: 'how many beds the ward has', default: '0' },
    dns: { type: 'string', value: 'SUFFIX', multiple: true, help: `a name under which the ward's web servers may stand (may be repeated; else ${DEFAULT_DNS_SUFFIXES.join(', ')})` },
    here: { type: 'boolean', help: 'also make an archive on this machine, in FOLDER/archive: for a trial' },
  },
  about: `The folder becomes the admin's own device. The archive then joins like any other device ('wardsync pair', 'wardsync join'), so that
no admin's key is ever made on it. With --here both are on one machine: whoever steals it has the archive and an admin's device
together. They still need a password; but it is a trial, not a ward.`,
  async run(args, io) {
    const path = resolve(args.must('folder'));
    const beds = Number(args.must('beds'));
    if (!Number.isInteger(beds) || beds < 0 || beds > 500) throw new UsageError('--beds takes a number from 0 to 500');
    const [wardName, adminName, team] = [nameOption(args, 'name'), nameOption(args, 'admin-name'), nameOption(args, 'team')];
    const dns = args.texts('dns');
    const wrong = dns.find((suffix) => !isDnsSuffix(suffix));
    if (wrong !== undefined) throw new UsageError(`--dns takes a name such as ward.hospital.internal, of two parts or more and in lower case, not '${wrong}'`);
    if (!isHandle(args.must('admin'))) throw new UsageError(`--admin: ${memberFailure('bad-handle')}`);

    const founded = await makeFolder(path, async () => {
      const password = await io.password(args, 'Password of the first admin', { fresh: true });
      if (password.length < MIN_PASSWORD_LENGTH) throw new CommandFailed(memberFailure('password-too-short'));
      return found(path, { wardName, beds, dns, team, founder: { handle: args.must('admin'), name: adminName, password }, isHere: args.flag('here') });
    });
    if (!founded.ok) throw new CommandFailed(founded.failure.message);
    const { ward, archive } = founded.value;
    io.result(
      { ward: hexOf(ward), folder: path, admin: args.must('admin'), ...(archive !== undefined && { archive }) },
      [
        `The ward '${wardName}' is founded. Its id is ${hexOf(ward).slice(0, 16)}…`,
        `Admin: ${args.must('admin')}. Folder: ${path}`,
        archive === undefined
          ? "Next: 'wardsync pair --kind archive' here, then 'wardsync join CODE --kind archive' on the machine that is always on."
          : `Archive: ${archive}. Start it with 'wardsync archive --folder ${archive}'.\nA trial: archive and admin's device are on one machine, so one theft takes both.`,
        'Then, when the archive and the tablets have joined and before you add people:',
        "'wardsync policy set', so that no stolen disk can be tried with passwords. Until then the password alone opens what is on one;",
        "'wardsync policy' says what each choice gives up.",
      ].join('\n'),
    );
  },
};

interface Founding {
  readonly wardName: string;
  readonly beds: number;
  readonly dns: readonly string[];
  readonly team: string;
  readonly founder: { readonly handle: string; readonly name: string; readonly password: string };
  readonly isHere: boolean;
}

interface Founded {
  readonly ward: WardId;
  /** Folder of the archive of a trial. */
  readonly archive: string | undefined;
}

function wardOf(name: string, beds: number): WardIndex {
  const numbers = Array.from({ length: beds }, (_, index) => index + 1);
  return {
    kind: 'ward', schema: 1, name,
    beds: Object.fromEntries(numbers.map((number) => [`bed-${number}`, { label: String(number), order: number }])),
  };
}

async function found(path: string, { wardName, beds, dns, team, founder, isHere }: Founding): Promise<Result<Founded, { readonly message: string }>> {
  const environment = realEnvironment(silentLog);
  const seed = environment.entropy.randomBytes(32);
  const deviceKey = signingKeyFromSeed(seed);
  try {
    const replica = await foundWard({
      wardName, founder, environment,
      device: { key: deviceKey, kind: 'client', name: "First admin's device" },
      openReplica: async (ward) => openReplica({ store: await openLevelStore(itemsFolder({ path })), ward, log: environment.log }),
    });
    try {
      const unlocked = await openWard({ replica, deviceKey, environment, startEngine: (actor) => nodeEngine(actor, environment.timers) }).unlock(founder.handle, founder.password);
      if (!unlocked.ok) throw new Error('the new ward does not open');
      const session = unlocked.value;
      await session.members.addTeam(team);
      await establishAuthority(session, environment, dns);
      if (beds > 0) await new Chart(session, environment).addWardIndex(defaultTeam(replica.state(), session.user), wardOf(wardName, beds));
      const archive = isHere ? await joinHere(session, replica, environment, { kind: 'archive', name: 'Archive', path: join(path, 'archive') }) : undefined;
      await session.lock();
      const written = await writeDeviceFile(newDevice({ path, ward: replica.ward, kind: 'client', seed }));
      return written.ok ? succeed({ ward: replica.ward, archive }) : written;
    } finally {
      await replica.close();
    }
  } catch (error) {
    if (error instanceof StoreError) return fail({ message: error.message });
    throw error;
  }
}
