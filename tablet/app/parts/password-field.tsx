/** A field for a password. The tablet is shared: the browser is asked to remember nothing. */
import type { JSX } from 'preact';

const asText = { type: 'text' } as const;
const asPassword = { type: 'password' } as const;

export interface PasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** In clear, for as long as the person wants to read it. */
  readonly shown: boolean;
  readonly invalid?: boolean;
  readonly enterKey?: 'next' | 'done';
}

export function PasswordField({ label, value, onValue, shown, invalid = false, enterKey = 'next' }: PasswordFieldProps): JSX.Element {
  return (
    <label class="field">
      <span class="field-name">{label}</span>
      <input
        class="input" value={value} {...(shown ? asText : asPassword)} autocomplete="off" autocapitalize="off" spellcheck={false}
        enterkeyhint={enterKey} aria-invalid={invalid} onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}
