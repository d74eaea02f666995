/** A PIN: a field for the keyboard, and keys large enough for a thumb in a glove. What is typed is shown as dots. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { words } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

const MOST_DIGITS = 8;
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

export interface PinPadProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly invalid: boolean;
  /** Of the key that confirms; it submits the form that this stands in. */
  readonly action: string;
  readonly working: boolean;
}

export function PinPad({ label, value, onValue, invalid, action, working }: PinPadProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const say = words.value.shift.enter;
  const type = (next: string): void => {
    onValue(next.slice(0, MOST_DIGITS));
    input.current?.focus();
  };
  return (
    <div class="pin">
      <label class="field">
        <span class="field-name">{label}</span>
        {/* No keyboard of the system's slides over the keys; one that is plugged in types here. */}
        <input
          ref={input} class="input pin-input" type="password" inputMode="none" autocomplete="off" maxLength={MOST_DIGITS} value={value} aria-invalid={invalid} autoFocus
          onInput={({ currentTarget }) => {
            const digits = currentTarget.value.replaceAll(/\D/g, '');
            currentTarget.value = digits;
            onValue(digits);
          }}
        />
      </label>
      <div class="pin-keys" role="group" aria-label={say.keys}>
        {KEYS.map((key) => <PinKey key={key} digit={key} onPress={() => type(value + key)} />)}
        <button type="button" class="button pin-key" aria-label={say.erase} onClick={() => type(value.slice(0, -1))}><Icon name="arrowLeft" size={24} /></button>
        <PinKey digit="0" onPress={() => type(`${value}0`)} />
        <button type="submit" class="button button-primary pin-key" aria-label={action} aria-disabled={working}>
          {working ? <span class="spinner" aria-hidden="true" /> : <Icon name="check" size={24} />}
        </button>
      </div>
    </div>
  );
}

function PinKey({ digit, onPress }: { digit: string; onPress: () => void }): JSX.Element {
  return <button type="button" class="button pin-key" onClick={onPress}>{digit}</button>;
}
