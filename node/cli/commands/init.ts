import { resolve } from 'node:path';
import { defaultTeam } from '../../../protocol/chart/teams.ts';
import { Chart } from '../../../protocol/chart/chart.ts';
import type { WardIndex } from '../../../protocol/clinical/model.ts';
import { hexOf } from '../../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../../protocol/crypto/signing/signature.ts';
import { deviceId } from '../../../protocol/codec/ids.ts';
import { nodeEngine } from '../../../protocol/documents/node-engine.ts';
import { openReplica } from '../../../protocol/replica/open-replica.ts';
import { openLevelStore } from '../../../protocol/store/level-store.ts';
import { StoreError } from '../../../protocol/store/item-store.ts';
import { foundWard } from '../../../protocol/ward/found.ts';
import { MIN_PASSWORD_LENGTH } from '../../../protocol/ward/members.ts';
import { openWard } from '../../../protocol/ward/ward.ts';
import { createDeviceFolder, itemsFolder } from '../../device/device-folder.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { establishAuthority } from '../authority.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { FOLDER_OPTION } from '../folder-options.ts';
import { joinHere } from '../join-here.ts';

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
    dns: { type: 'string', value: 'SUFFIX', multiple: true, help: "names that the ward's certificate authority may vouch for (default ward.local, localhost)" },
    here: { type: 'boolean', help: 'also make an archive on this machine, in FOLDER/archive: for a trial' },
  },
  about: `The folder becomes the admin's own device. The archive then joins like any other device ('wardsync pair', 'wardsync join'), so that
no admin's key is ever made on it. With --here both are on one machine: whoever steals it has the archive and an admin's device
together. They still need a password; but it is a trial, not a ward.`,
  async run(args, io) {
    const path = resolve(args.must('folder'));
    const beds = Number(args.must('beds'));
    if (!Number.isInteger(beds) || beds < 0 || beds > 500) throw new UsageError('--beds takes a number from 0 to 500');
    const password = await io.password(args, 'Password of the first admin', { fresh: true });
    if (password.length < MIN_PASSWORD_LENGTH) throw new CommandFailed(`a password has at least ${MIN_PASSWORD_LENGTH} characters`);

    const environment = realEnvironment(silentLog);
    const seed = environment.entropy.randomBytes(32);
    const device = deviceId.from(signingKeyFromSeed(seed).publicKey);
    const replica = await foundWard({
      wardName: args.must('name'),
      founder: { handle: args.must('admin'), name: args.must('admin-name'), password },
      device: { id: device, kind: 'client', name: "First admin's device" },
      environment,
      openReplica: async (ward) => {
        const folder = await createDeviceFolder({ path, ward, kind: 'client', seed });
        if (!folder.ok) throw new CommandFailed(folder.failure.message);
        const store = await openLevelStore(itemsFolder(folder.value)).catch(storeFailed);
        return openReplica({ store, ward, log: environment.log });
      },
    });
    const unlocked = await openWard({ replica, device, environment, startEngine: (actor) => nodeEngine(actor, environment.timers) }).unlock(args.must('admin'), password);
    if (!unlocked.ok) throw new Error('the new ward does not open');
    const session = unlocked.value;
    await session.members.addTeam(args.must('team'));
    await establishAuthority(session, environment, args.texts('dns'));
    if (beds > 0) await new Chart(session, environment).addWardIndex(defaultTeam(replica.state(), session.user), wardOf(args.must('name'), beds));
    const archive = args.flag('here') ? await joinHere(session, replica, environment, { kind: 'archive', name: 'Archive', path: resolve(path, 'archive') }) : undefined;
    await session.lock();
    await replica.close();
    io.result(
      { ward: hexOf(replica.ward), folder: path, admin: args.must('admin'), ...(archive !== undefined && { archive }) },
      [
        `The ward '${args.must('name')}' is founded. Its id is ${hexOf(replica.ward).slice(0, 16)}…`,
        `Admin: ${args.must('admin')}. Folder: ${path}`,
        archive === undefined
          ? "Next: 'wardsync pair --kind archive' here, then 'wardsync join CODE --kind archive' on the machine that is always on."
          : `Archive: ${archive}. Start it with 'wardsync archive --folder ${archive}'.\nA trial: archive and admin's device are on one machine, so one theft takes both.`,
      ].join('\n'),
    );
  },
};

function wardOf(name: string, beds: number): WardIndex {
  const numbers = Array.from({ length: beds }, (_, index) => index + 1);
  return {
    kind: 'ward', schema: 1, name,
    beds: Object.fromEntries(numbers.map((number) => [`bed-${number}`, { label: String(number), order: number }])),
  };
}

function storeFailed(error: unknown): never {
  throw error instanceof StoreError ? new CommandFailed(error.message) : error;
}
