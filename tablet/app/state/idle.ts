/** How long nobody has touched the page; the clock is handed in, and somebody has to `look`, about every second. */
export interface IdleWatch {
  /** Somebody is there. */
  input(): void;
  /** Says what is due by the clock; also after a sleep of the device, in which nothing ran. */
  look(): void;
}

export interface IdleOptions {
  /** Milliseconds. */
  readonly lockAfter: number;
  readonly warnBefore: number;
  readonly now: () => number;
  /** Milliseconds left; null when the warning is over. */
  readonly onWarning: (left: number | null) => void;
  /** Once. */
  readonly onIdle: () => void;
}

export function watchIdle({ lockAfter, warnBefore, now, onWarning, onIdle }: IdleOptions): IdleWatch {
  let last = now();
  let isWarning = false;
  let isOver = false;

  function look(): void {
    // A clock that was set back is no sign of life, nor a reason to wait for longer.
    last = Math.min(last, now());
    const left = last + lockAfter - now();
    if (isOver) return;
    if (left <= 0) {
      isOver = true;
      onIdle();
    } else if (left <= warnBefore) {
      isWarning = true;
      onWarning(left);
    } else if (isWarning) {
      isWarning = false;
      onWarning(null);
    }
  }

  return {
    input() {
      // After a sleep the first touch must not come before the look that locks.
      look();
      if (isOver) return;
      last = now();
      if (isWarning) look();
    },
    look,
  };
}
