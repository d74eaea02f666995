import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { askControl, serveControl } from '../../node/device/control.ts';

test('CLI-6: a running device is asked over a socket in its own folder, however deep that lies, and over none elsewhere', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'wardsync-control-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const folder of [join(root, 'near'), join(root, 'deep'.repeat(30), 'deeper'.repeat(10))]) {
    assert.deepEqual(await askControl(folder, 'status', null), { running: false }, 'no such folder');
    await mkdir(folder, { recursive: true });
    assert.deepEqual(await askControl(folder, 'status', null), { running: false });
    const server = await serveControl(folder, { status: async (argument) => ({ heard: argument }) });
    assert.deepEqual(await askControl(folder, 'status', 'here'), { running: true, value: { heard: 'here' } });
    const socket = await lstat(join(folder, 'control.sock'));
    assert.deepEqual([socket.isSocket(), socket.mode & 0o777], [true, 0o600]);
    await server.stop();
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(await askControl(folder, 'status', null), { running: false });
  }
});
