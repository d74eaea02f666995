/** A device that does not run, opened for what the ward is to know of its backups. */
import { keepCustody } from '../../protocol/replica/custody.ts';
import type { ItemStore } from '../../protocol/store/item-store.ts';
import type { Keeping } from '../backup/device-backup.ts';
import { BackupsError, backupsControl, type BackupsQuestion } from '../device/backups-control.ts';
import { askControl } from '../device/control.ts';
import type { DeviceFolder } from '../device/device-folder.ts';
import { realEnvironment, silentLog } from '../device/real-environment.ts';
import { openFolderReplica } from '../device/running-device.ts';
import { CommandFailed } from './command.ts';

export async function withKeeping<T>(folder: DeviceFolder, work: (keeping: Keeping & { readonly store: ItemStore }) => Promise<T>): Promise<T> {
  const { clock, log } = realEnvironment(silentLog);
  const opened = await openFolderReplica(folder, realEnvironment(silentLog));
  if (!opened.ok) throw new CommandFailed(opened.failure.message);
  const { replica, store, close } = opened.value;
  const custodian = await keepCustody({ replica, key: folder.key, clock, log });
  try {
    return await work({ replica, store, custodian });
  } finally {
    await custodian.stop();
    await close();
  }
}

/** Asks the process that runs in the folder, or the folder itself. */
export async function askAboutBackups<T>(folder: DeviceFolder, question: BackupsQuestion, argument: string, isAnswer: (value: unknown) => value is T): Promise<T> {
  const asked = await askControl(folder.path, question, argument);
  if (asked.running && asked.error !== undefined) throw new CommandFailed(asked.error);
  const answer = asked.running ? asked.value : await withKeeping(folder, (keeping) => backupsControl(keeping)[question](argument).catch(asFailure));
  if (!isAnswer(answer)) throw new CommandFailed('the running process is of another version: stop it, or use its program');
  return answer;
}

function asFailure(error: unknown): never {
  throw error instanceof BackupsError ? new CommandFailed(error.message) : error;
}
