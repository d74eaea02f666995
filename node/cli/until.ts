/** Waits for a condition that changes with events, at most so long. Resolves with whether it came true. */
export function until(subscribe: (check: () => void) => () => void, isTrue: () => boolean, milliseconds: number): Promise<boolean> {
  if (isTrue()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(false), milliseconds);
    const off = subscribe(() => { if (isTrue()) finish(true); });
    function finish(value: boolean): void {
      clearTimeout(timer);
      off();
      resolve(value);
    }
  });
}
