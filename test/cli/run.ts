/** Commands as processes: run to their end, or started and listened to. Everything they say is kept. */
import { spawn } from 'node:child_process';
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

export async function run(t: TestContext, argv: readonly string[], place: Place, input = ''): Promise<Ended> {
  const command = start(t, argv, place, input);
  const { code } = await command.ended;
  return { code, ...command.said };
}

export function start(t: TestContext, argv: readonly string[], { cwd, env }: Place, input = ''): StartedCommand {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd, env, stdio: 'pipe' });
  const command = new StartedCommand(new RunningProcess(child, args.slice(1, 3).join(' ')));
  child.stdout.setEncoding('utf8').on('data', (text: string) => command.heard('out', text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => command.heard('err', text));
  child.stdin.end(input);
  t.after(() => command.process.kill());
  return command;
}

export class StartedCommand {
  readonly process: RunningProcess;
  readonly said: { out: string; err: string } = { out: '', err: '' };
  readonly #waiting = new Set<() => void>();

  constructor(running: RunningProcess) {
    this.process = running;
    void this.ended.then(() => this.#wake(), () => this.#wake());
  }

  get ended(): Promise<Ending> {
    return this.process.ended;
  }

  heard(from: keyof Said, text: string): void {
    this.said[from] += text;
    this.#wake();
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
