/** Locking by hand, by itself when nobody has touched the page for a while (LOCK-1), and when its user may do nothing any more (LOCK-4). */
import { effect, signal } from '@preact/signals';
import type { PortClient } from '../port-client.ts';
import { watchIdle } from './idle.ts';
import { keepDraftsNow } from './kept-drafts.ts';

/** Seconds until the page locks by itself; null while that is far. */
export const locksIn = signal<number | null>(null);

/** Why the last session here was ended for its user; null once somebody has unlocked. */
export const endedFor = signal<'removed' | 'new-keys' | null>(null);

/** After so many milliseconds without any input the page locks, and says so this long before. */
export const IDLE = { lockAfter: 5 * 60_000, warnBefore: 30_000 } as const;

/** Longer than any worker takes that is well. */
const PATIENCE = 3_000;

/**
 * Keeps what was typed, ends the session, and ends the worker: with its memory goes every key and every opened record. A
 * worker that does not answer is ended all the same. The page shows nothing of it from the first moment on, and asks who
 * is next only once there is another worker, which will still be there when they have answered.
 */
export async function lock(port: PortClient): Promise<void> {
  const done = keepDraftsNow(port).then(() => port.request('lock', {}));
  port.retire();
  await Promise.race([done, new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]);
  // A page that was removed meanwhile goes on destroying what it holds.
  if (port.topics.session.peek().state !== 'revoked') port.restart();
}

/** Call once. */
export function lockWhenOver(port: PortClient): void {
  effect(() => {
    const session = port.topics.session.value;
    if (session.state !== 'unlocked') return;
    endedFor.value = session.over ?? null;
    if (session.over !== undefined) void lock(port);
  });
}

/** Watches for as long as somebody is unlocked. Call once. */
export function lockWhenIdle(port: PortClient): void {
  let stop: (() => void) | undefined;
  effect(() => {
    const isUnlocked = port.topics.session.value.state === 'unlocked';
    if (isUnlocked === (stop !== undefined)) return;
    stop?.();
    stop = isUnlocked ? watchPage(port) : undefined;
  });
}

function watchPage(port: PortClient): () => void {
  const idle = watchIdle({
    ...IDLE,
    now: () => Date.now(),
    onWarning: (milliseconds) => { locksIn.value = milliseconds === null ? null : Math.ceil(milliseconds / 1000); },
    onIdle: () => void lock(port),
  });
  const timer = setInterval(() => idle.look(), 1_000);
  const input = (): void => idle.input();
  const look = (): void => idle.look();
  for (const name of INPUTS) addEventListener(name, input, { capture: true, passive: true });
  document.addEventListener('visibilitychange', look);
  return () => {
    clearInterval(timer);
    for (const name of INPUTS) removeEventListener(name, input, { capture: true });
    document.removeEventListener('visibilitychange', look);
    locksIn.value = null;
  };
}

const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove', 'input'] as const;
