/** The child's side of `AskedProcess`: JSON lines, questions in, answers and reports out. Ends with its input. */
import { createInterface } from 'node:readline';

/** Answers are JSON values; what is thrown becomes an error of the one who asked. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

export function report(event: string, fields: object = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

export function answerQuestions(handlers: Handlers): void {
  const input = createInterface({ input: process.stdin });
  input.once('close', () => process.exit());
  input.on('line', (line) => void answer(handlers, JSON.parse(line) as Question));
}

interface Question {
  readonly id: number;
  readonly ask: string;
  readonly argument: unknown;
}

async function answer(handlers: Handlers, { id, ask, argument }: Question): Promise<void> {
  try {
    const handler = handlers[ask] as ((argument: unknown) => unknown) | undefined;
    if (handler === undefined) throw new Error(`nothing answers to ${ask}`);
    report('answer', { id, value: (await handler(argument)) ?? null });
  } catch (error) {
    report('answer', { id, error: error instanceof Error ? error.stack ?? error.message : String(error) });
  }
}
