/** The head of a screen that hangs below the board: back, and its title; and where it says what went wrong. */
import type { JSX } from 'preact';
import { words } from '../state/preferences.ts';
import { href } from '../state/route.ts';
import { Icon } from './icon.tsx';

export function ScreenHead({ title }: { title: string }): JSX.Element {
  return (
    <div class="page-head">
      <a class="button button-quiet button-icon" href={href({ screen: 'board' })} aria-label={words.value.patient.toBoard}>
        <Icon name="arrowLeft" size={24} />
      </a>
      <h1>{title}</h1>
    </div>
  );
}

export function Problem({ text }: { text: string }): JSX.Element {
  return (
    <p class="notice-slot" role="alert">
      {text !== '' && <span class="notice" data-tone="failed"><Icon name="alert" /> {text}</span>}
    </p>
  );
}
