/** From one page to another: numbers to look at, no bar to clear. */
import type { Scene } from '../scene.ts';

const EDITS = 50;

/** Milliseconds from the press of 'save' on one page until another one shows it. */
export async function measureEdits({ t, desk, two, patients: [, , third = ''], typed }: Scene): Promise<void> {
  for (const page of [desk, two]) await page.openPatient(third, 'notes');
  const took: number[] = [];
  for (let count = 0; count < EDITS; count++) {
    const text = `Measured ${count} of ${EDITS}.`;
    typed.push(text);
    const seen = two.page.evaluate((wanted) => new Promise<number>((resolve) => {
      const check = (): void => {
        if (!document.body.textContent.includes(wanted)) return;
        observer.disconnect();
        resolve(performance.timeOrigin + performance.now());
      };
      const observer = new MutationObserver(check);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      check();
    }), text);
    await desk.page.getByLabel('Note', { exact: true }).fill(text);
    const begun = await desk.page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>('.new-note button[type="submit"]');
      const now = performance.timeOrigin + performance.now();
      button?.click();
      return now;
    });
    took.push(await seen - begun);
    await desk.see(text);
  }
  took.sort((a, b) => a - b);
  t.diagnostic(`an edit from page to page, ${EDITS} in a row: p50 ${at(took, 0.5)} ms, p99 ${at(took, 0.99)} ms`);
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
}
