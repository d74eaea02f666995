/** The time as the page shows it: 'due in 4 min' and 'overdue' follow it. */
import { signal } from '@preact/signals';

const STEP_MS = 15_000;

export const now = signal(Date.now());

/** Starts the clock; a page that comes back to the front is right at once. */
export function startClock(): void {
  setInterval(tick, STEP_MS);
  document.addEventListener('visibilitychange', tick);
}

function tick(): void {
  now.value = Date.now();
}
