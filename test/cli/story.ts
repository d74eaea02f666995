/**
 * Stories of the command line, told in a text file each: commands, and what they say. The form is that of Go's
 * testscript (as age's stories use it), with files for the story after its script.
 *
 *     # a comment; the first is the story's title
 *     wardsync ARGS               runs, and exits with 0
 *     fails wardsync ARGS         exits with 1 and one line on standard error that begins with `wardsync:`
 *     misuse wardsync ARGS        exits with 2
 *     start NAME wardsync ARGS    starts it and goes on; `wait NAME REGEX [VARIABLE]` until it says something (the first
 *                                 group goes into the variable), `ends NAME [REGEX]` until it exits with 0 by itself,
 *                                 `dies NAME [REGEX]` until it exits with 1 and says that on standard error, `stop NAME` asks it to and expects 0, `kill NAME` does not ask
 *     stdout|stderr REGEX         of the last command that ended; `no-stdout`, `no-stderr` for the contrary
 *     json PATH REGEX             a value of its standard output, e.g. `json peers.0.kind archive`
 *     take VARIABLE REGEX         the first group of its standard output
 *     env NAME=VALUE, unset NAME, exists PATH…, missing PATH…, same FILE FILE, copy FILE FILE, remove PATH…
 *     rot FOLDER                  flips a byte in the last record of somebody's writing in the folder of a stopped device
 *     cut FILE BYTES, grow FILE MIB, replace FILE REGEX TEXT
 *     digest VARIABLE FOLDER      what a device's folder holds, all of it read; `equal`, `differ` VALUE VALUE
 *     -- FILE --                  what follows, up to the next such line, is the file
 *
 * Words are separated by spaces, quoted with ' or ", and $NAME stands for a variable. When a story is over, whatever was said
 * in it is searched for its passwords, for device keys and for stack traces.
 */
import assert from 'node:assert/strict';
import { access, copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { mkdir } from 'node:fs/promises';
import { digestOf } from './digest.ts';
import { rotOneItem } from './rot.ts';
import { run, start, type Ended, type StartedCommand } from './run.ts';

export interface StoryOptions {
  /** The bundled `main.js`. */
  readonly program: string;
  /** More variables, such as a port. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Longest that one line may take; the slowest is a first pairing on a busy machine. */
const PATIENCE = 60_000;

export async function tellStory(t: TestContext, file: URL, options: StoryOptions): Promise<void> {
  const { script, files } = parseStory(await readFile(file, 'utf8'));
  const work = await mkdtemp(join(tmpdir(), 'wsy-'));
  t.after(() => rm(work, { recursive: true, force: true }));
  for (const [name, content] of files) {
    await mkdir(dirname(join(work, name)), { recursive: true });
    await writeFile(join(work, name), content);
  }
  const teller = new Teller(t, work, options);
  for (const { number, text } of script) {
    try {
      await inTime(teller.line(text));
    } catch (error) {
      throw new Error(`${basename(file.pathname)}:${number}: ${text}\n${error instanceof Error ? error.message : String(error)}\n${teller.context()}`, { cause: error });
    }
  }
  await teller.end();
}

interface Line {
  readonly number: number;
  readonly text: string;
}

function parseStory(text: string): { readonly script: readonly Line[]; readonly files: ReadonlyMap<string, string> } {
  const script: Line[] = [];
  const files = new Map<string, string>();
  let name: string | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const marker = /^-- (\S+) --$/.exec(line);
    if (marker !== null) files.set(name = marker[1] ?? '', '');
    else if (name !== undefined) files.set(name, `${files.get(name) ?? ''}${line}\n`);
    else if (line.trim() !== '' && !line.startsWith('#')) script.push({ number: at + 1, text: line.trim() });
  }
  return { script, files };
}

class Teller {
  readonly #t: TestContext;
  readonly #work: string;
  readonly #program: readonly string[];
  readonly #variables: Map<string, string>;
  readonly #env: Map<string, string>;
  readonly #running = new Map<string, StartedCommand>();
  /** Everything that was said. */
  readonly #said: string[] = [];
  readonly #secrets = new Set<string>();
  #last: Ended = { code: 0, out: '', err: '' };

  constructor(t: TestContext, work: string, { program, variables = {} }: StoryOptions) {
    this.#t = t;
    this.#work = work;
    this.#program = [process.execPath, program];
    this.#variables = new Map([['WORK', work], ...Object.entries(variables)]);
    this.#env = new Map([['PATH', process.env['PATH'] ?? ''], ['HOME', work]]);
  }

  async line(text: string): Promise<void> {
    const [word = '', ...args] = wordsOf(text).map((part) => this.#filled(part));
    switch (word) {
      case 'wardsync': return this.#runs(args, 0);
      case 'fails': return this.#fails(args);
      case 'misuse': return this.#runs(args.slice(1), 2);
      case 'start': return this.#start(args);
      case 'wait': return this.#wait(args);
      case 'ends': return this.#ends(args);
      case 'dies': return this.#dies(args);
      case 'stop': return this.#ends([args[0] ?? ''], 'SIGTERM');
      case 'kill': return void await this.#started(args[0]).process.kill();
      case 'stdout': return assert.match(this.#last.out, regex(args));
      case 'stderr': return assert.match(this.#last.err, regex(args));
      case 'no-stdout': return assert.doesNotMatch(this.#last.out, regex(args));
      case 'no-stderr': return assert.doesNotMatch(this.#last.err, regex(args));
      case 'json': return assert.match(JSON.stringify(valueAt(this.#last.out, args[0] ?? '')) ?? 'nothing', regex(args.slice(1)));
      case 'take': return this.#take(args[0] ?? '', regex(args.slice(1)).exec(this.#last.out));
      case 'env': return this.#setEnv(args[0] ?? '');
      case 'unset': return void this.#env.delete(args[0] ?? '');
      case 'secret': return void this.#secrets.add(args[0] ?? '');
      case 'exists': for (const path of args) assert.ok(await this.#isThere(path), `${path} is missing`); return;
      case 'missing': for (const path of args) assert.ok(!await this.#isThere(path), `${path} is there`); return;
      case 'same': return assert.deepEqual(...await this.#both(args));
      case 'copy': return copyFile(this.#at(args[0]), this.#at(args[1]));
      case 'remove': for (const path of args) await rm(this.#at(path), { recursive: true }); return;
      case 'cut': return truncate(this.#at(args[0]), Number(args[1]));
      case 'grow': return truncate(this.#at(args[0]), Number(args[1]) * 1024 * 1024);
      case 'replace': return this.#replace(args);
      case 'rot': return rotOneItem(this.#at(args[0]));
      case 'digest': return void this.#variables.set(args[0] ?? '', await digestOf(this.#at(args[1])));
      case 'equal': return assert.equal(args[0], args[1]);
      case 'differ': return assert.notEqual(args[0], args[1]);
      default: throw new Error('no such word');
    }
  }

  context(): string {
    const { code, out, err } = this.#last;
    const running = [...this.#running].map(([name, { said }]) => `${name}:\n${said.out}${said.err}`);
    return [`last: exit code ${code}`, out, err, ...running].join('\n');
  }

  /** Ends what still runs and searches all that was said. */
  async end(): Promise<void> {
    for (const command of this.#running.values()) {
      await inTime(command.process.stop());
      this.#said.push(command.said.out, command.said.err);
    }
    for (const name of await readdir(this.#work, { recursive: true })) {
      if (basename(name) !== 'device.json') continue;
      const seed = /"seed": "([0-9a-f]{64})"/.exec(await readFile(join(this.#work, name), 'utf8'))?.[1];
      if (seed !== undefined) this.#secrets.add(seed);
    }
    const all = this.#said.join('\n');
    for (const secret of this.#secrets) assert.ok(!all.includes(secret), 'a secret was said');
    assert.doesNotMatch(all, /^\s+at .+:\d+:\d+|a fault in the program|node:internal|Error:/m);
  }

  async #runs(args: readonly string[], code: number): Promise<void> {
    this.#last = await run(this.#t, [...this.#program, ...args], this.#place());
    this.#said.push(this.#last.out, this.#last.err);
    assert.equal(this.#last.code, code);
  }

  async #fails([, ...args]: readonly string[]): Promise<void> {
    await this.#runs(args, 1);
    assert.equal(this.#last.err.match(/^(?:wardsync: |\{"error":)/gm)?.length, 1, 'one line says why');
    assert.match(this.#last.err, /(?:^|\n)(?:wardsync: [^\n]+|\{"error":[^\n]+\})\n$/, 'and it is the last');
  }

  #start([name = '', , ...args]: readonly string[]): void {
    this.#running.set(name, start(this.#t, [...this.#program, ...args], this.#place()));
  }

  async #wait([name, ...rest]: readonly string[]): Promise<void> {
    const [pattern = '', variable] = rest;
    const found = await this.#started(name).says(new RegExp(pattern, 'm'));
    if (variable !== undefined) this.#take(variable, found);
  }

  async #ends([name = '', pattern]: readonly string[], signal?: 'SIGTERM'): Promise<void> {
    const command = this.#started(name);
    const { code } = await (signal === undefined ? command.ended : command.process.stop(signal));
    this.#running.delete(name);
    this.#last = { code, ...command.said };
    this.#said.push(this.#last.out, this.#last.err);
    assert.equal(code, 0);
    if (pattern !== undefined) assert.match(this.#last.out, new RegExp(pattern, 'm'));
  }

  async #dies([name = '', pattern = '']: readonly string[]): Promise<void> {
    const command = this.#started(name);
    const { code } = await command.ended;
    this.#running.delete(name);
    this.#last = { code, ...command.said };
    this.#said.push(this.#last.out, this.#last.err);
    assert.equal(code, 1);
    assert.match(this.#last.err, new RegExp(`^wardsync: .*${pattern}`, 'm'));
  }

  #started(name = ''): StartedCommand {
    const command = this.#running.get(name);
    if (command === undefined) throw new Error(`nothing called '${name}' runs`);
    return command;
  }

  #take(variable: string, found: RegExpExecArray | null): void {
    if (found === null) throw new Error('it does not say that');
    this.#variables.set(variable, found[1] ?? found[0]);
  }

  #setEnv(assignment: string): void {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(assignment) ?? [];
    this.#env.set(name, value);
    if (name.endsWith('PASSWORD')) this.#secrets.add(value);
  }

  async #replace([file, pattern = '', text = '']: readonly string[]): Promise<void> {
    const before = await readFile(this.#at(file), 'utf8');
    assert.match(before, new RegExp(pattern, 'm'));
    await writeFile(this.#at(file), before.replace(new RegExp(pattern, 'm'), text));
  }

  async #both([a, b]: readonly string[]): Promise<[string, string]> {
    return [await readFile(this.#at(a), 'latin1'), await readFile(this.#at(b), 'latin1')];
  }

  async #isThere(path: string): Promise<boolean> {
    return access(this.#at(path)).then(() => true, () => false);
  }

  #at(path = ''): string {
    return resolve(this.#work, path);
  }

  #place(): { cwd: string; env: Record<string, string> } {
    return { cwd: this.#work, env: Object.fromEntries(this.#env) };
  }

  #filled(part: string): string {
    return part.replaceAll(/\$([A-Z][A-Z0-9_]*)/g, (_, name: string) => {
      const value = this.#variables.get(name);
      if (value === undefined) throw new Error(`$${name} is not set`);
      return value;
    });
  }
}

function wordsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g), ([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, a?: string, b?: string) => a ?? b ?? ''));
}

function regex([pattern = '']: readonly string[]): RegExp {
  return new RegExp(pattern, 'm');
}

function valueAt(json: string, path: string): unknown {
  let value: unknown = JSON.parse(json);
  for (const key of path.split('.')) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return value;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
