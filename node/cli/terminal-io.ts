/** `CommandIo` on a real terminal. */
import { readFile } from 'node:fs/promises';
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
      if (given === undefined && !process.stdin.isTTY) throw new CommandFailed(`no password: use --${option} FILE, or set ${variable}, or run it in a terminal`);
      const password = given ?? await prompt(`${question}: `);
      if (password === '') throw new CommandFailed('the password is empty');
      if (given === undefined && fresh && (await prompt('Once more: ')) !== password) throw new CommandFailed('the two passwords differ');
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
function prompt(question: string): Promise<string> {
  const { stdin, stderr } = process;
  let typed = '';
  return new Promise<string>((resolve, reject) => {
    const take = (chunk: string): void => {
      const characters = Array.from(chunk);
      for (const [at, character] of characters.entries()) {
        if (character === '\u0003' || character === '\u0004') return finish(() => reject(new CommandFailed('stopped')));
        if (character === '\r' || character === '\n') {
          finish(() => resolve(typed));
          // Pasted with what comes next.
          const rest = characters.slice(at + 1).join('');
          if (rest !== '') stdin.unshift(rest);
          return;
        }
        if (character === '\u007F' || character === '\b') typed = Array.from(typed).slice(0, -1).join('');
        else typed += character;
      }
    };
    const giveUp = (): void => finish(() => reject(new CommandFailed('stopped')));
    function finish(end: () => void): void {
      stdin.off('data', take).off('end', giveUp);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      end();
    }
    // Before the question: what is typed fast would show.
    stdin.setRawMode(true);
    stderr.write(question);
    stdin.setEncoding('utf8').on('data', take).on('end', giveUp);
    stdin.resume();
  });
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    // A program that runs commands holds their standard input, so that none is left behind when it dies.
    const isHeld = process.env['WARDSYNC_STOP_WITH_STDIN'] === '1';
    const stop = (): void => {
      // Read any longer, it would keep the process from ending.
      if (isHeld) process.stdin.pause();
      resolve();
    };
    for (const signal of STOP_SIGNALS) {
      process.removeListener(signal, leave);
      process.once(signal, stop);
    }
    if (isHeld) process.stdin.once('end', stop).once('error', stop).resume();
  });
}

/** As a shell tells it: 128 and the signal's number. What is half made goes (`makeFolder`); what was saved is on disk. */
function leave(signal: NodeJS.Signals): void {
  process.exit(signal === 'SIGINT' ? 130 : 143);
}
