/** Commands as processes: run to their end, or started and listened to. Everything they say is kept. */
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { RunningProcess, type Ending } from '../support/processes.ts';

export interface Said {
  readonly out: string;
  readonly err: string;
}

export interface Ended extends Said {
  readonly code: number | null;
}

export interface Place {
  readonly cwd: string;
  /** The whole environment: nothing of the test's own gets in by accident. */
  readonly env: Readonly<Record<string, string>>;
}

export async function run(t: TestContext, argv: readonly string[], place: Place): Promise<Ended> {
  const command = start(t, argv, place);
  command.type('', true);
  const { code } = await command.ended;
  return { code, ...command.said };
}

export function start(t: TestContext, argv: readonly string[], { cwd, env }: Place): StartedCommand {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd, env, stdio: 'pipe' });
  const command = new StartedCommand(new RunningProcess(child, args.slice(1, 3).join(' ')), child.stdin);
  child.stdout.setEncoding('utf8').on('data', (text: string) => command.heard('out', text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => command.heard('err', text));
  t.after(() => command.process.kill());
  return command;
}

export class StartedCommand {
  readonly process: RunningProcess;
  readonly said: { out: string; err: string } = { out: '', err: '' };
  readonly #waiting = new Set<() => void>();

  readonly #input: Writable;

  constructor(running: RunningProcess, input: Writable) {
    this.process = running;
    this.#input = input;
    void this.ended.then(() => this.#wake(), () => this.#wake());
  }

  get ended(): Promise<Ending> {
    return this.process.ended;
  }

  heard(from: keyof Said, text: string): void {
    this.said[from] += text;
    this.#wake();
  }

  /** On its standard input; `isLast` closes it. */
  type(text: string, isLast = false): void {
    this.#input.write(text);
    if (isLast) this.#input.end();
  }

  /** The first match in what it said, or will say, on either stream. Rejects when it ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let isOver = false;
    void this.ended.finally(() => { isOver = true; });
    for (;;) {
      const found = pattern.exec(this.said.out) ?? pattern.exec(this.said.err);
      if (found !== null) return found;
      if (isOver) throw new Error(`it ended without having said ${String(pattern)}:\n${this.said.out}\n${this.said.err}`);
      await new Promise<void>((resolve) => { this.#waiting.add(resolve); });
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
