/**
 * What this device remembers about how the app looks: day or night, and the language. Nothing personal, so
 * `localStorage` may keep it; where that is refused the choice lasts until the page closes.
 */
import { computed, effect, signal } from '@preact/signals';
import { en } from '../words/en.ts';
import type { Words } from '../words/en.ts';
import { fr } from '../words/fr.ts';

export type Theme = 'day' | 'night';
export type Language = 'en' | 'fr';

export const languages: Readonly<Record<Language, Words>> = { en, fr };
export const languageCodes: readonly Language[] = ['en', 'fr'];

export const theme = signal<Theme>('day');
export const language = signal<Language>('en');
/** The words of the chosen language. */
export const words = computed<Words>(() => languages[language.value]);

/** Takes what was chosen before, else what the device prefers, and keeps the document in step. Call once. */
export function startPreferences(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const chosen = remembered('theme');
  theme.value = chosen === 'day' || chosen === 'night' ? chosen : fromDevice(dark.matches);
  dark.addEventListener('change', (event) => {
    if (remembered('theme') === null) theme.value = fromDevice(event.matches);
  });

  const tongue = remembered('language') ?? navigator.language.slice(0, 2);
  language.value = tongue === 'fr' ? 'fr' : 'en';

  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    const canvas = getComputedStyle(document.documentElement).getPropertyValue('--canvas').trim();
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', canvas);
  });
  effect(() => {
    document.documentElement.lang = language.value;
  });
}

export function chooseTheme(next: Theme): void {
  theme.value = next;
  remember('theme', next);
}

export function chooseLanguage(next: Language): void {
  language.value = next;
  remember('language', next);
}

const fromDevice = (dark: boolean): Theme => (dark ? 'night' : 'day');

function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`wardsync.${name}`);
  } catch {
    return null;
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`wardsync.${name}`, value);
  } catch {
    // Storage is refused (private window): the choice holds for this page only.
  }
}
