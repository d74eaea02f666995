import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildProgram } from './program.ts';
import { run, type Ended } from './run.ts';

const program = await buildProgram();
const place = { cwd: tmpdir(), env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir() } };

const wardsync = (t: TestContext, ...args: readonly string[]): Promise<Ended> => run(t, [process.execPath, program, ...args], place);

/** The words of every command, as the overview lists them. */
async function commandsOf(t: TestContext): Promise<readonly string[]> {
  const { out } = await wardsync(t, 'help');
  return Array.from(out.matchAll(/^ {2}(\S+(?: \S+)?) {2,}\S/gm), ([, words = '']) => words);
}

test('CLI-1: the overview lists what the issue asks for, and each command explains itself', { timeout: 120_000 }, async (t) => {
  const commands = await commandsOf(t);
  for (const wanted of ['init', 'archive', 'tablet', 'bridge', 'pair', 'join', 'user add', 'team add', 'team grant', 'import-fhir', 'export-fhir', 'show', 'backup', 'restore', 'status']) {
    assert.ok(commands.includes(wanted), wanted);
  }
  for (const words of commands) {
    const { code, out, err } = await wardsync(t, ...words.split(' '), '--help');
    assert.deepEqual([code, err], [0, ''], words);
    assert.match(out, new RegExp(`^wardsync ${words}\\b.* \\[options\\]\\n\\n[A-Z].+\\.\\n`), words);
    assert.match(out, /\nOptions\n(?: {2}--[a-z-]+(?: [A-Z]+)? {2,}\S.*\n)+$/, `${words}: every option with a word about it`);
    for (const option of ['--help', '--json', '--folder FOLDER']) assert.ok(out.includes(`  ${option} `), `${words} ${option}`);
    assert.ok(!/--password(?!-file)/.test(out), `${words}: no password as an argument`);
    for (const line of out.split('\n')) assert.ok(line.length <= 160, `${words}: ${line}`);
  }
});

test('CLI-1, CLI-2: what is typed wrongly is exit code 2 and a line that says what is wrong, never the value', { timeout: 60_000 }, async (t) => {
  const secret = 'hunter2-hunter2';
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /^$/],
    [['frobnicate'], /^wardsync: no command 'frobnicate'; 'wardsync help' lists them\n$/],
    [['constructor'], /^wardsync: no command 'constructor'; 'wardsync help' lists them\n$/],
    [['user'], /^wardsync: say which: user add, user holders, user kit, user password, user remove, user renew, user reset-tries, user role\n$/],
    [['init'], /^wardsync: init: --name is missing\n/],
    [['init', '--name'], /^wardsync: init: --name takes a value: --name NAME\n/],
    [['init', '--name', '--here'], /^wardsync: init: --name takes a value/],
    [['init', '--name', 'W', '--here=yes'], /^wardsync: init: --here takes no value\n/],
    [['init', '--name', 'W', '--beds', 'many'], /^wardsync: init: --beds takes a number from 0 to 500\n/],
    [['show', '--user', 'admin-1', '--password', secret], /^wardsync: show: a password is never an argument, where everybody can read it: use --password-file/],
    [['show', '--user', 'admin-1', `--password=${secret}`], /^wardsync: show: a password is never an argument/],
    [['show', '--user', 'admin-1', `--hunter=${secret}`], /^wardsync: show: there is no option --hunter\n/],
    [['team', 'add', '--user', 'admin-1', 'one', secret], /^wardsync: team add: takes NAME and nothing more/],
    [['archive', secret], /^wardsync: archive: takes no arguments, only options\n/],
  ];
  for (const [args, line] of cases) {
    const { code, out, err } = await wardsync(t, ...args);
    assert.match(err, line, args.join(' '));
    assert.equal(code, 2, args.join(' '));
    assert.ok(!`${out}${err}`.includes(secret), args.join(' '));
  }
  const rightly = await wardsync(t, 'show', '--user', 'admin-1', '--peer', '10.0.0.1');
  assert.match(rightly.err, /^wardsync: /, 'called rightly, in a folder without a device');
  assert.equal(rightly.code, 1);
  for (const [args, error] of [
    [['init', '--json'], /^init: --name is missing$/],
    [['frobnicate', '--json'], /^no command 'frobnicate'/],
    [['user', '--json'], /^say which: user add, /],
  ] as const) {
    const { code, out, err } = await wardsync(t, ...args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    const said: { error: string } = JSON.parse(err);
    assert.match(said.error, error);
  }
});

test('CLI-1: with --json every command fails in JSON, with one line and nothing on standard output', { timeout: 120_000 }, async (t) => {
  for (const words of await commandsOf(t)) {
    const { code, out, err } = await wardsync(t, ...words.split(' '), '--json', '--folder', '/nowhere/at/all');
    assert.ok(code === 1 || code === 2, `${words}: ${code}`);
    assert.equal(out, '', words);
    const said: { error: unknown } = JSON.parse(err);
    assert.deepEqual([Object.keys(said), typeof said.error], [['error'], 'string'], words);
  }
});

test('CLI-1: the program from source is the same', { timeout: 60_000 }, async (t) => {
  const source = [process.execPath, '--import', import.meta.resolve('tsx'), fileURLToPath(new URL('../../node/cli/main.ts', import.meta.url))];
  for (const args of [['--version'], ['status', '--help'], ['status', '--folder', '/nowhere/at/all']]) {
    const [fromSource, bundled] = [await run(t, [...source, ...args], place), await wardsync(t, ...args)];
    assert.deepEqual(fromSource, bundled);
  }
});

test('CLI-1: whoever stops reading its output is no failure', { timeout: 30_000 }, async (t) => {
  const { err } = await run(t, ['sh', '-c', `'${process.execPath}' '${program}' help | true`], place);
  assert.equal(err, '');
});
