/** Waits for a condition that changes with events, at most so long or until `givenUp`. Resolves with whether it came true. */
export function until(subscribe: (check: () => void) => () => void, isTrue: () => boolean, milliseconds: number, givenUp?: Promise<unknown>): Promise<boolean> {
  if (isTrue()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(false), milliseconds);
    void givenUp?.then(() => finish(false));
    const off = subscribe(() => { if (isTrue()) finish(true); });
    function finish(value: boolean): void {
      clearTimeout(timer);
      off();
      resolve(value);
    }
  });
}
