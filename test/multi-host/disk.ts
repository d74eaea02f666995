/** What a node's folder holds, looked at in a copy while the node itself is down or goes on. */
import { cp } from 'node:fs/promises';
import { readDeviceFolder } from '../../node/device/device-folder.ts';
import { openFolderReplica } from '../../node/device/running-device.ts';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';
import { documentId, hexOf } from '../../protocol/codec/ids.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { openWard } from '../../protocol/ward/ward.ts';
import type { CanaryUser } from './canaries.ts';
import { must } from './must.ts';

/** The entries of a document in the folder as it lies there, opened by one who may. */
export async function entriesOnDisk(folder: string, copy: string, { handle, password }: CanaryUser, document: string): Promise<ReadonlySet<string>> {
  const environment = realEnvironment(silentLog);
  await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  const device = must(await readDeviceFolder(copy));
  const { replica, close } = must(await openFolderReplica(device, environment));
  const session = must(await openWard({ replica, deviceKey: device.key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers) }).unlock(handle, password));
  const entries = session.document(documentId.fromHex(document))?.value?.['entries'];
  await session.lock();
  await close();
  return new Set(Object.keys(typeof entries === 'object' ? entries ?? {} : {}));
}

/** Of which documents there is anything in the folder, in hex, whoever may open them. */
export async function documentsOnDisk(folder: string, copy: string): Promise<ReadonlySet<string>> {
  await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  const { replica, close } = must(await openFolderReplica(must(await readDeviceFolder(copy)), realEnvironment(silentLog)));
  const documents = new Set(Array.from(replica.documents(), hexOf));
  await close();
  return documents;
}
