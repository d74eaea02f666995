/** A script of the test's own as a process that can be asked; see `asked.ts` for its side. */
import type { TestContext } from 'node:test';
import { startScript, type Line, type ProcessOptions, type RunningProcess } from '../support/processes.ts';
import type { Handlers } from './asked.ts';

export class AskedProcess<H extends Handlers> {
  readonly process: RunningProcess;
  #questions = 0;

  constructor(t: TestContext, script: URL, options: ProcessOptions) {
    this.process = startScript(t, script, [], options);
  }

  async ask<Name extends keyof H & string>(ask: Name, argument: Parameters<H[Name]>[0]): Promise<Awaited<ReturnType<H[Name]>>> {
    const id = this.#questions++;
    this.process.tell({ id, ask, argument });
    const answer = await this.process.next((line) => line['event'] === 'answer' && line['id'] === id);
    if (typeof answer['error'] === 'string') throw new Error(`${ask}: ${answer['error']}`);
    return answer['value'] as Awaited<ReturnType<H[Name]>>;
  }

  /** Everything of that name that it has reported so far. */
  reports(event: string): readonly Line[] {
    return this.process.lines.filter((line) => line['event'] === event);
  }

  /** The first report that fits and was not returned before. */
  reported(event: string, fits: (line: Line) => boolean = () => true): Promise<Line> {
    return this.process.next((line) => line['event'] === event && fits(line));
  }
}
