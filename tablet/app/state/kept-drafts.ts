/** Keeps drafts sealed in the worker as they are typed, and brings them back to their author (LOCK-2). */
import { effect } from '@preact/signals';
import type { PortClient } from '../port-client.ts';
import { draftsAsText, takeDraftsBack } from './drafts.ts';
import { words } from './preferences.ts';
import { toast } from './toasts.ts';

/** Begins with the unlock of a user; what it returns ends it. */
export function keepDrafts(port: PortClient): () => void {
  let kept = '';
  let running: Promise<void> | undefined;
  const over = new AbortController();
  let stop = (): void => {};

  /** One at a time; what was typed meanwhile follows. */
  async function keep(): Promise<void> {
    while (!over.signal.aborted && draftsAsText.peek() !== kept) {
      const drafts = draftsAsText.peek();
      const reply = await port.request('keepDrafts', { drafts });
      if (!reply.ok) return;
      kept = drafts;
    }
  }

  function follow(): void {
    stop = effect(() => {
      if (draftsAsText.value !== kept) running ??= keep().finally(() => { running = undefined; });
    });
  }

  void port.request('takeDrafts', {}).then((reply) => {
    if (over.signal.aborted) return;
    if (reply.ok && reply.result !== null) {
      kept = reply.result;
      const back = takeDraftsBack(reply.result);
      if (back > 0) toast(words.peek().top.draftsBack(back));
    }
    follow();
  });
  return () => {
    over.abort();
    stop();
  };
}

/** Resolves when what is typed now is kept, as far as it can be. */
export async function keepDraftsNow(port: PortClient): Promise<void> {
  await port.request('keepDrafts', { drafts: draftsAsText.peek() });
}
