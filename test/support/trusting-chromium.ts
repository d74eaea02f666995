/** A real Chromium whose user has imported the ward's certificate authority, in a home of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { chromium, type BrowserContext } from 'playwright-core';

export const chromiumPath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path): path is string => path !== undefined && existsSync(path));

/** For a test's `skip`: the reason, where there is no Chromium, and otherwise false. */
export const chromiumMissing = chromiumPath === undefined && 'NOT RUN: no Chromium on this machine (Debian: chromium)';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

type Options = Omit<NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>, 'executablePath' | 'headless' | 'env'>;

export interface TrustingChromium {
  readonly context: BrowserContext;
  /** What this browser keeps on disk. */
  readonly profile: string;
}

/** `authority` is a certificate in PEM. Undefined, and the test skipped with the reason said, where certutil is missing. */
export async function trustingChromium(t: TestContext, authority: string, { args = [], ...options }: Options = {}): Promise<TrustingChromium | undefined> {
  const home = await mkdtemp(join(tmpdir(), 'wardsync-chromium-'));
  t.after(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const store = join(home, '.pki', 'nssdb');
  await mkdir(store, { recursive: true });
  await writeFile(join(home, 'ward.pem'), authority);
  try {
    execFileSync('certutil', ['-d', `sql:${store}`, '-N', '--empty-password'], { stdio: 'pipe' });
    execFileSync('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'ward', '-i', join(home, 'ward.pem')], { stdio: 'pipe' });
  } catch (error) {
    t.diagnostic('NOT RUN: certutil is missing (Debian: libnss3-tools)');
    t.skip(`cannot import a certificate authority: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  const profile = join(home, 'profile');
  const context = await chromium.launchPersistentContext(profile, {
    ...options, executablePath: chromiumPath ?? '/usr/bin/chromium', headless: true, args: [...FLAGS, ...args], env: { ...process.env, HOME: home },
  });
  t.after(() => context.close());
  return { context, profile };
}
