/** What is wrong with a form, read out as it appears. */
import type { JSX } from 'preact';
import { Icon } from './icon.tsx';

export function FormProblem({ text }: { text: string }): JSX.Element {
  return (
    <p class="notice-slot" role="alert">
      {text !== '' && <span class="notice" data-tone="failed"><Icon name="alert" /> {text}</span>}
    </p>
  );
}
