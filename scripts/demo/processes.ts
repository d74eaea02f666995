/** The demo's processes: each a `wardsync` command of its own, with its own folder, as on a real ward. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Release } from '../build-release.ts';

export interface DemoProcess {
  readonly name: string;
  readonly pid: number;
  /** What the command printed when it was up. */
  readonly started: Readonly<Record<string, unknown>>;
  /** Resolves when it has ended, with why in words: a code or a signal. */
  readonly ended: Promise<string>;
  /** Asks it to end. False when it had to be killed, or did not end with code 0. */
  stop(): Promise<boolean>;
}

const START_MILLISECONDS = 40_000;

/** Runs a command of the release. Resolves when the process says that it is up; its log goes to `FOLDER.log`. */
export async function startProcess(release: Release, name: string, command: readonly string[], folder: string): Promise<DemoProcess> {
  // A group of its own: Ctrl-C reaches the demo alone, which then ends them in order.
  const child = spawn(process.execPath, [release.command, ...command, '--folder', folder, '--json', '--log', '--local'], {
    stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: { ...process.env, WARDSYNC_STOP_WITH_STDIN: '1', WARDSYNC_APP: release.app },
  });
  const ended = new Promise<string>((resolve) => { child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)); });
  const log = createWriteStream(`${folder}.log`, { flags: 'a', mode: 0o600 });
  child.stderr.pipe(log);
  const started = await firstLine(name, child, `${folder}.log`);
  return {
    name, pid: child.pid ?? 0, started, ended,
    stop: () => new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode === 0);
      const force = setTimeout(() => child.kill('SIGKILL'), 8_000);
      child.once('exit', (code) => {
        clearTimeout(force);
        resolve(code === 0);
      });
      child.kill('SIGTERM');
    }),
  };
}

function firstLine(name: string, child: ChildProcess, logFile: string): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    let lastError = '';
    if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => { lastError = line; });
    const failed = (): void => reject(new Error(`${name} did not start: ${lastError === '' ? 'it said nothing' : lastError} (${logFile} has all of it)`));
    const timer = setTimeout(failed, START_MILLISECONDS);
    // Once its last words have been read.
    child.once('close', failed);
    if (child.stdout === null) return failed();
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      child.off('close', failed);
      const said: Readonly<Record<string, unknown>> = JSON.parse(line);
      resolve(said);
    });
  });
}

export function folderOf(root: string, name: string): string {
  return join(root, name);
}
