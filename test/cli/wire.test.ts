import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from './digest.ts';
import { buildProgram } from './program.ts';
import { run, start } from './run.ts';

const program = await buildProgram();

const multistream = (...lines: readonly string[]): Buffer => Buffer.concat(lines.map((line) => Buffer.concat([Buffer.of(line.length + 1), Buffer.from(`${line}\n`)])));

/** What somebody on the network might send who is no peer, and how far a handshake may get before it stops. */
const NONSENSE: Readonly<Record<string, Buffer>> = {
  nothing: Buffer.alloc(0),
  'a web request': Buffer.from('GET / HTTP/1.1\r\nHost: ward\r\n\r\n'),
  'a TLS hello': Buffer.from('16030100f5010000f10303', 'hex'),
  zeros: Buffer.alloc(256 * 1024),
  noise: Buffer.from(Array.from({ length: 256 * 1024 }, (_, at) => (at * 7919 + (at >> 3) * 31) & 0xff)),
  'a length without end': Buffer.from('ffffffffffffffffff7f', 'hex'),
  'half a negotiation': multistream('/multistream/1.0.0').subarray(0, 9),
  'an unknown protocol': multistream('/multistream/1.0.0', '/frobnicate/9'),
  'Noise, and then silence': multistream('/multistream/1.0.0', '/noise'),
  'half a Noise message': Buffer.concat([multistream('/multistream/1.0.0', '/noise'), Buffer.from('0020', 'hex'), Buffer.alloc(11, 7)]),
  'a Noise message of the wrong length': Buffer.concat([multistream('/multistream/1.0.0', '/noise'), Buffer.from('ffff', 'hex'), Buffer.alloc(65_535, 9)]),
  'a Noise message of a low-order point': Buffer.concat([multistream('/multistream/1.0.0', '/noise'), Buffer.from('0020', 'hex'), Buffer.alloc(32)]),
};

test('NET-1, CLI-3: an archive that is sent malformed frames and half handshakes goes on serving, and its store is unharmed', { timeout: 180_000 }, async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'wsy-'));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  const place = { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: cwd, WARDSYNC_PASSWORD: 'correct horse battery' } };
  const wardsync = (...args: readonly string[]): ReturnType<typeof run> => run(t, [process.execPath, program, ...args], place);
  assert.equal((await wardsync('init', '--here', '--folder', 'ward', '--name', 'Larch Ward')).code, 0);
  const before = await digestOf(join(cwd, 'ward/archive'));

  const archive = start(t, [process.execPath, program, 'archive', '--folder', 'ward/archive', '--local', '--log'], place);
  const port = Number((await archive.says(/^\/ip4\/127\.0\.0\.1\/tcp\/(\d+)$/m))[1]);
  const open: Socket[] = [];
  t.after(() => { for (const socket of open) socket.destroy(); });
  for (const bytes of Object.values(NONSENSE)) {
    // One that hangs up when all is sent, and one that stays and waits.
    for (const stays of [false, true]) {
      const socket = await connected(port);
      open.push(socket);
      if (stays) socket.write(bytes);
      else await new Promise<void>((resolve) => { socket.once('close', () => resolve()).end(bytes); });
    }
  }
  // And through the door of its own machine.
  const control = await connected(join(cwd, 'ward/archive/control.sock'));
  open.push(control);
  control.write(`not JSON\n${'x'.repeat(128 * 1024)}`);

  const shown = await wardsync('show', '--folder', 'ward', '--user', 'admin-1', '--local');
  assert.equal(shown.code, 0, shown.err);
  assert.doesNotMatch(shown.err, /No peer|not finished/, 'the archive was met and caught up with');
  const status = await wardsync('status', '--folder', 'ward/archive', '--json');
  assert.equal((JSON.parse(status.out) as { running: boolean }).running, true);
  assert.equal((await archive.process.stop()).code, 0);
  assert.doesNotMatch(archive.said.err, /^\s+at |a fault in the program/m);
  assert.equal(await digestOf(join(cwd, 'ward/archive')), before);
});

function connected(to: number | string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = typeof to === 'number' ? connect(to, '127.0.0.1') : connect(to);
    socket.once('connect', () => resolve(socket)).once('error', reject);
    // It may be cut off while it still talks.
    socket.on('error', () => {}).resume();
  });
}
