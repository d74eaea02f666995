/** What was opened in an emergency and is closed again: the page leaves the patient, and says why for as long as it takes to be read. */
import { effect, signal } from '@preact/signals';
import type { PortClient } from '../port-client.ts';
import type { ClosedGlassView } from '../port-glass.ts';
import { words } from './preferences.ts';
import { resetRoute, route } from './route.ts';
import { toast } from './toasts.ts';

/** What was closed by anybody or anything but oneself, until somebody has read it. */
export const closedGlass = signal<ClosedGlassView | null>(null);

/** What was looked for on the board and not found, for the screen that looks among all patients. */
export const wantedWord = signal('');

/** Call once. */
export function followGlass(port: PortClient): void {
  let seen = '';
  effect(() => {
    const view = port.topics.glass.value;
    if (view === null) {
      seen = '';
      closedGlass.value = null;
      wantedWord.value = '';
      return;
    }
    const { closed } = view;
    if (closed === null || closed.use === seen) return;
    seen = closed.use;
    const at = route.peek();
    if ('patient' in at && closed.documents.includes(at.patient)) resetRoute();
    if (closed.why === 'own') toast(words.peek().glass.ended);
    else closedGlass.value = closed;
  });
}
