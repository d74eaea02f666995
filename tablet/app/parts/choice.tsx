/** A row of big radio buttons; a tap on the chosen one takes the choice back. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

export interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly previous?: string;
  readonly options: readonly { readonly value: T; readonly label: string; readonly letter?: string }[];
  readonly chosen: T | null;
  readonly onChoose: (value: T | null) => void;
  readonly children?: JSX.Element | false;
}

export function Choice<T extends string>({ name, previous, options, chosen, onChoose, children }: ChoiceProps<T>): JSX.Element {
  const group = useId();
  return (
    <fieldset class="entry entry-choice">
      <legend class="entry-name">{name}</legend>
      <span class="entry-previous">{previous}</span>
      <div class="choice">
        {options.map(({ value, label, letter }) => (
          <label key={value} class="choice-option">
            <input
              type="radio" name={group} value={value} checked={chosen === value} data-step
              onChange={() => onChoose(value)}
              onClick={() => { if (chosen === value) onChoose(null); }}
            />
            <span>{letter !== undefined && <b aria-hidden="true">{letter}</b>} {label}</span>
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  );
}
