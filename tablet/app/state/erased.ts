/** ERASE-3: what is erased is nowhere on the page: not shown, and not in what was typed and not saved. */
import { effect } from '@preact/signals';
import type { PortClient } from '../port-client.ts';
import { forgetDraftsOf, unsavedDrafts } from './drafts.ts';
import { words } from './preferences.ts';
import { resetRoute, route } from './route.ts';
import { toast } from './toasts.ts';

/** Call once. */
export function followErased(port: PortClient): void {
  effect(() => {
    const erased = new Set(port.topics.erased.value);
    // Drafts of before may come back with the unlock, after the erasure was heard of.
    if (erased.size === 0 || unsavedDrafts.value === 0) return;
    forgetDraftsOf(erased);
  });
  effect(() => {
    const erased = port.topics.erased.value;
    const at = route.value;
    if (!('patient' in at) || !erased.includes(at.patient)) return;
    resetRoute();
    toast(words.peek().erasure.closed);
  });
}
