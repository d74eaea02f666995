/** `CommandIo` on a real terminal. */
import { readFile } from 'node:fs/promises';
import { systemCode } from '../device/system-error.ts';
import { CommandFailed, type Arguments, type CommandIo } from './command.ts';

/** Elsewhere than on a terminal progress is a line at most so often, in milliseconds, and none of what is quick. */
const LINE_INTERVAL = 2_000;

export interface TerminalIo extends CommandIo {
  /** Why it failed: the last line of a command, or the last but those that explain it. */
  complain(message: string, explanation?: string): void;
}

export function terminalIo(json: boolean): TerminalIo {
  let progressShown = false;
  let lastLine = { text: '', at: Date.now() };
  let stopped: Promise<void> | undefined;
  for (const stream of [process.stdout, process.stderr]) stream.on('error', leaveQuietly);
  for (const signal of STOP_SIGNALS) process.once(signal, leave);

  function endProgress(): void {
    if (progressShown) process.stderr.write('\n');
    progressShown = false;
  }

  return {
    json,
    get stopped() {
      return stopped ??= stopSignal();
    },
    result(value, text) {
      endProgress();
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
    },
    say(line) {
      endProgress();
      if (!json) process.stderr.write(`${line}\n`);
    },
    complain(message, explanation) {
      endProgress();
      process.stderr.write(json ? `${JSON.stringify({ error: message })}\n` : `wardsync: ${message}\n${explanation === undefined ? '' : `${explanation}\n`}`);
    },
    progress(done, total, what) {
      if (json) return;
      const text = total === undefined ? `${done} ${what}` : `${String(total === 0 ? 100 : Math.floor((100 * done) / total)).padStart(3)} %  ${what}`;
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\u001B[K${text}`);
        progressShown = true;
      } else if (text !== lastLine.text && (Date.now() - lastLine.at >= LINE_INTERVAL || (done === total && lastLine.text !== ''))) {
        lastLine = { text, at: Date.now() };
        process.stderr.write(`${text.trimStart()}\n`);
      }
    },
    async password(args, question, { fresh = false, option = 'password-file', variable = 'WARDSYNC_PASSWORD' } = {}) {
      const given = await givenPassword(args, option, variable);
      if (given !== undefined) return given;
      if (!process.stdin.isTTY) throw new CommandFailed(`no password: use --${option} FILE, or set ${variable}, or run it in a terminal`);
      const password = await prompt(`${question}: `);
      if (fresh && (await prompt('Once more: ')) !== password) throw new CommandFailed('the two passwords differ');
      return password;
    },
  };
}

async function givenPassword(args: Arguments, option: string, variable: string): Promise<string | undefined> {
  const file = args.text(option);
  if (file === undefined) return process.env[variable];
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch {
    throw new CommandFailed(`the password file ${file} cannot be read: check its name and who may read it`);
  }
}

/** Reads a line without echo. */
async function prompt(question: string): Promise<string> {
  process.stderr.write(question);
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  let typed = '';
  try {
    for await (const chunk of stdin as AsyncIterable<string>) {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') return typed;
        if (character === '\u0003') throw new CommandFailed('stopped');
        if (character === '\u007F' || character === '\b') typed = Array.from(typed).slice(0, -1).join('');
        else typed += character;
      }
    }
    return typed;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    process.stderr.write('\n');
  }
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) {
      process.removeListener(signal, leave);
      process.once(signal, () => resolve());
    }
    // A program that runs commands holds their standard input, so that none is left behind when it dies.
    if (process.env['WARDSYNC_STOP_WITH_STDIN'] === '1') process.stdin.once('end', () => resolve()).once('error', () => resolve()).resume();
  });
}

/** As a shell tells it: 128 and the signal's number. What is half made goes (`makeFolder`); what was saved is on disk. */
function leave(signal: NodeJS.Signals): void {
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

/** Whoever reads has read enough, as in `wardsync show | head`. */
function leaveQuietly(error: Error): void {
  if (systemCode(error) === 'EPIPE') process.exit();
  throw error;
}
