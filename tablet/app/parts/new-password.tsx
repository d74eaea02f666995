/** Choosing a password: typed twice, in clear if one wants to. The form it stands in says what is wrong. */
import type { JSX } from 'preact';
import { words } from '../state/preferences.ts';
import { PasswordField } from './password-field.tsx';

export interface Chosen {
  readonly fresh: string;
  readonly again: string;
}

export const nothingChosen: Chosen = { fresh: '', again: '' };

export interface NewPasswordProps {
  readonly chosen: Chosen;
  readonly onChosen: (chosen: Chosen) => void;
  readonly shown: boolean;
  readonly onShown: (shown: boolean) => void;
  readonly invalid: boolean;
}

export function NewPassword({ chosen, onChosen, shown, onShown, invalid }: NewPasswordProps): JSX.Element {
  const say = words.value.account.password;
  return (
    <>
      <PasswordField label={say.fresh} value={chosen.fresh} shown={shown} invalid={invalid} onValue={(fresh) => onChosen({ ...chosen, fresh })} />
      <PasswordField label={say.again} value={chosen.again} shown={shown} invalid={invalid} enterKey="done" onValue={(again) => onChosen({ ...chosen, again })} />
      <label class="check">
        <input type="checkbox" checked={shown} onChange={(event) => onShown(event.currentTarget.checked)} /> {say.show}
      </label>
    </>
  );
}
