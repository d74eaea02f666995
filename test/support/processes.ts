/**
 * Real processes for tests: `wardsync` commands and scripts, run from source. What they print is awaited line by line;
 * none outlives the test, however the test ends.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** One line of a process that prints JSON. */
export type Line = Readonly<Record<string, unknown>>;

export interface ProcessOptions {
  /** A command line that runs what follows it somewhere else, e.g. in a network namespace. */
  readonly enter?: readonly string[];
  /** Added to a bare environment: nothing of the test's own gets in by accident. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const CLI = new URL('../../node/cli/main.ts', import.meta.url);
const TSX = import.meta.resolve('tsx');
/** For looking on: shows what the processes say as they say it. */
const isTraced = process.env['WARDSYNC_TEST_TRACE'] !== undefined;
/** The kernel ends the child with the test, even when the test is killed. */
const DIE_TOGETHER = ['setpriv', '--pdeathsig', 'KILL'];
const diesTogether = spawnSync('setpriv', [...DIE_TOGETHER.slice(1), 'true']).status === 0;

/** Starts a command that goes on, such as `['archive', '--folder', …]`, with `--json`. */
export function startWardsync(t: TestContext, args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  return startScript(t, CLI, [...args, '--json'], options);
}

/** Runs a command to its end. Resolves with its result; rejects, with what it said, unless the exit code is 0. */
export async function wardsync<Result = Line>(t: TestContext, args: readonly string[], options: ProcessOptions = {}): Promise<Result> {
  const running = startWardsync(t, args, options);
  const { code } = await running.ended;
  const result = running.output.trimEnd().split('\n').at(-1);
  if (code !== 0 || result === undefined) throw new Error(`wardsync ${args.join(' ')} ended with ${code}: ${running.errors.slice(-2000)}`);
  return JSON.parse(result) as Result;
}

/** Starts a TypeScript file with Node. */
export function startScript(t: TestContext, script: URL, args: readonly string[] = [], { enter = [], env = {} }: ProcessOptions = {}): RunningProcess {
  const [command = process.execPath, ...rest] = [...enter, ...(diesTogether ? DIE_TOGETHER : []), process.execPath, '--import', TSX, fileURLToPath(script), ...args];
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin', HOME = '/', TMPDIR } = process.env;
  const child = spawn(command, rest, { stdio: 'pipe', env: { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }), ...env } });
  const running = new RunningProcess(child, [script.pathname.split('/').at(-1), ...args.slice(0, 2)].join(' '));
  t.after(() => running.kill());
  return running;
}

interface Heard {
  readonly from: 'output' | 'errors';
  readonly line: Line;
  returned: boolean;
}

export class RunningProcess {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #lines: Heard[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #texts = { output: '', errors: '' };
  #ending: Ending | undefined;

  constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
    this.pid = child.pid ?? 0;
    this.#read('output', child.stdout);
    this.#read('errors', child.stderr);
    child.stdin?.on('error', () => undefined);
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.#ending = { code, signal };
        this.#wake();
        resolve(this.#ending);
      });
    });
    this.ended.catch(() => undefined);
  }

  /** All of its standard output so far. */
  get output(): string {
    return this.#texts.output;
  }

  /** All of its standard error so far. */
  get errors(): string {
    return this.#texts.errors;
  }

  /** The first JSON line of its output that fits and was not returned before. Rejects when the process ends without one. */
  next(fits: (line: Line) => boolean): Promise<Line> {
    return this.#next('output', fits);
  }

  /** The same for standard error, where `--log` writes. */
  logged(fits: (line: Line) => boolean): Promise<Line> {
    return this.#next('errors', fits);
  }

  /** All JSON lines of its output so far. */
  get lines(): readonly Line[] {
    return this.#lines.filter(({ from }) => from === 'output').map(({ line }) => line);
  }

  /** Resolves when it has said something more. Rejects when it has ended. */
  async more(): Promise<void> {
    if (this.#ending !== undefined) throw new Error(`${this.#name} ended (${this.#ending.code ?? this.#ending.signal}) while more was awaited: ${this.errors.slice(-2000)}`);
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
    });
  }

  tell(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** `kill -9`. Resolves when it is gone. */
  kill(): Promise<Ending> {
    return this.stop('SIGKILL');
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    if (this.#ending === undefined) this.#child.kill(signal);
    return this.ended;
  }

  async #next(from: Heard['from'], fits: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.#lines.find((heard) => heard.from === from && !heard.returned && fits(heard.line));
      if (found === undefined) await this.more();
      else {
        found.returned = true;
        return found.line;
      }
    }
  }

  #read(from: Heard['from'], stream: ChildProcess['stdout']): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (text) => {
      this.#texts[from] += `${text}\n`;
      if (isTraced) console.error(`${(performance.now() / 1000).toFixed(2)} ${this.pid} ${this.#name}: ${text.slice(0, 300)}`);
      const line = parseLine(text);
      if (line !== undefined) this.#lines.push({ from, line, returned: false });
      this.#wake();
    });
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

function parseLine(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
