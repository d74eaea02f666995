/** `CommandIo` on a real terminal. */
import { readFile } from 'node:fs/promises';
import { CommandFailed, type Arguments, type CommandIo } from './command.ts';

export function terminalIo(json: boolean): CommandIo {
  let progressShown = false;
  let lastStep = -1;

  function endProgress(): void {
    if (progressShown) process.stderr.write('\n');
    progressShown = false;
  }

  return {
    json,
    stopped: stopSignal(),
    result(value, text) {
      endProgress();
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
    },
    say(line) {
      endProgress();
      if (!json) process.stderr.write(`${line}\n`);
    },
    progress(done, total, what) {
      if (json) return;
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\u001B[K${String(percent).padStart(3)} %  ${what}`);
        progressShown = true;
      } else if (Math.floor(percent / 10) !== lastStep) {
        lastStep = Math.floor(percent / 10);
        process.stderr.write(`${percent} % ${what}\n`);
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
    throw new CommandFailed(`the password file ${file} cannot be read`);
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
        if (character === '\u007F' || character === '\b') typed = [...typed].slice(0, -1).join('');
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

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
