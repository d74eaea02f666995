/** Runs on a small file system of its own (argument: its folder): a backup, then a restore, that it has no room for. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupStore } from '../../node/backup/backup-store.ts';
import { restoreBackup } from '../../node/backup/restore-backup.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { documentNumber, genesisAppend, growChain, keyNumber, sampleWard } from './sample-ward.ts';

const [disk = '', elsewhere = tmpdir()] = process.argv.slice(2);
const sample = sampleWard();
const store = new MemoryStore();
await store.append(genesisAppend(sample));
for (let number = 1; number <= 8; number++) await store.append(growChain(sample, keyNumber(number), documentNumber(number), 4, 1_000_000).append);
const options = { store, ward: sample.ward, deviceKind: 'archive', created: 1 } as const;

const backup = await backupStore({ ...options, file: join(disk, 'ward.backup') });
assert.ok(!backup.ok);
assert.deepEqual(await readdir(disk), []);

const file = join(elsewhere, 'ward.backup');
assert.ok((await backupStore({ ...options, file })).ok);
const restored = await restoreBackup({ file, folder: join(disk, 'a', 'restored') });
assert.ok(!restored.ok);
assert.deepEqual(await readdir(disk), []);
console.log(backup.failure.code, restored.failure.code);
