import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { deviceId, wardId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { encodeJoinCode } from '../../protocol/network/join-code.ts';
import { buildProgram } from './program.ts';
import { run, start, type Ended, type StartedCommand } from './run.ts';

const program = await buildProgram();
const PASSWORD = 'corrécte horse bättery';

interface Shell {
  readonly cwd: string;
  wardsync(args: string, env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** At a terminal of its own. */
  atTerminal(args: string): StartedCommand;
}

async function shell(t: TestContext): Promise<Shell> {
  const cwd = await mkdtemp(join(tmpdir(), 'wsy-'));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  const bare = { PATH: process.env['PATH'] ?? '', HOME: cwd };
  return {
    cwd,
    wardsync: (args, env = {}) => run(t, [process.execPath, program, ...args.split(' ')], { cwd, env: { ...bare, ...env } }),
    atTerminal: (args) => start(t, ['script', '-qefc', `'${process.execPath}' '${program}' ${args}`, '/dev/null'], { cwd, env: bare }),
  };
}

test('CLI-2: a password comes from a file or the environment, as it is, and from nowhere else', { timeout: 120_000 }, async (t) => {
  const { cwd, wardsync } = await shell(t);
  await writeFile(join(cwd, 'password'), `${PASSWORD}\n`);
  await writeFile(join(cwd, 'from-windows'), `${PASSWORD}\r\n`);
  await writeFile(join(cwd, 'wrong'), `${PASSWORD} \n`);
  const said: string[] = [];
  const expect = async (code: number, line: RegExp, args: string, env?: Readonly<Record<string, string>>): Promise<void> => {
    const ended = await wardsync(args, env);
    assert.match(code === 0 ? ended.out : ended.err, line, args);
    assert.equal(ended.code, code, args);
    said.push(ended.out, ended.err);
  };

  await expect(1, /^wardsync: no password: use --password-file FILE, or set WARDSYNC_PASSWORD, or run it in a terminal\n$/, 'init --folder ward --name W');
  await expect(1, /^wardsync: the password file nowhere cannot be read: /, 'init --folder ward --name W --password-file nowhere');
  await expect(1, /^wardsync: a password has at least 10 characters\n$/, 'init --folder ward --name W', { WARDSYNC_PASSWORD: 'short' });
  assert.ok(!existsSync(join(cwd, 'ward')), 'nothing was made');
  await expect(0, /is founded/, 'init --folder ward --name W --password-file password');
  const show = 'show --folder ward --user admin-1 --offline';
  await expect(0, /0 patients/, `${show} --password-file from-windows`);
  await expect(0, /0 patients/, show, { WARDSYNC_PASSWORD: PASSWORD.normalize('NFD') });
  await expect(0, /0 patients/, `${show} --password-file password`, { WARDSYNC_PASSWORD: 'the file comes first' });
  await expect(1, /^wardsync: wrong handle or password\n$/, `${show} --password-file wrong`);
  await expect(1, /^wardsync: the password is empty\n$/, show, { WARDSYNC_PASSWORD: '' });
  for (const text of said) assert.ok(!text.includes(PASSWORD));
});

test('CLI-2: at a terminal a password is asked for, and does not show', { timeout: 120_000 }, async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('NOT TESTED: this machine has no script(1) to make a terminal with');
  const { cwd, atTerminal } = await shell(t);
  const init = 'init --folder ward --name W';

  const differing = atTerminal(init);
  await differing.says(/Password of the first admin: /);
  differing.type(`${PASSWORD}\r`);
  await differing.says(/Once more: /);
  differing.type('something else\r');
  await differing.says(/wardsync: the two passwords differ/);
  assert.equal((await differing.ended).code, 1);

  const stopped = atTerminal(init);
  await stopped.says(/Password of the first admin: /);
  stopped.type(`${PASSWORD.slice(0, 5)}\u0003`);
  await stopped.says(/wardsync: stopped/);
  assert.equal((await stopped.ended).code, 1);
  assert.ok(!existsSync(join(cwd, 'ward')), 'nothing was made');

  const founding = atTerminal(init);
  await founding.says(/Password of the first admin: /);
  founding.type(`${PASSWORD}x\u007F\r`);
  await founding.says(/Once more: /);
  founding.type(`${PASSWORD}\r`);
  assert.equal((await founding.ended).code, 0);

  const showing = atTerminal('show --folder ward --user admin-1 --offline');
  await showing.says(/Password of admin-1: /);
  showing.type(`${PASSWORD}\r`);
  await showing.says(/0 patients on the ward/);
  for (const { said } of [differing, stopped, founding, showing]) assert.doesNotMatch(said.out, /corr|horse/);
});

test('CLI-3: Ctrl-C ends a command at once, and leaves nothing half made', { timeout: 60_000 }, async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('NOT TESTED: this machine has no script(1) to make a terminal with');
  const { cwd, atTerminal } = await shell(t);
  // Somebody who takes the connection and says nothing, so that the joining stands still when it is stopped.
  const silent = createServer();
  await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
  t.after(() => silent.close());
  const met = new Promise<Socket>((resolve) => { silent.once('connection', resolve); });
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  const code = encodeJoinCode({
    ward: wardId.from(new Uint8Array(32)), inviter: deviceId.from(signingKeyFromSeed(new Uint8Array(32)).publicKey), secret: new Uint8Array(16),
    addresses: [`/ip4/127.0.0.1/tcp/${address.port}`],
  });

  const joining = atTerminal(`join ${code} --kind tablet --folder below/tablet`);
  (await met).on('error', () => {});
  assert.ok(existsSync(join(cwd, 'below/tablet')), 'it is being made');
  joining.type('\u0003');
  assert.equal((await joining.ended).code, 130);
  assert.ok(!existsSync(join(cwd, 'below')));
});
