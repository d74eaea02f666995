/** A field of one line, with a hint below it. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

export interface HintedFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

export function HintedField({ label, hint, value, onValue }: HintedFieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label class="field-name" for={id}>{label}</label>
      <input
        id={id} class="input" value={value} autocomplete="off" autocapitalize="off" spellcheck={false} aria-describedby={hint === '' ? undefined : `${id}-hint`}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {hint !== '' && <small id={`${id}-hint`} class="muted">{hint}</small>}
    </div>
  );
}
