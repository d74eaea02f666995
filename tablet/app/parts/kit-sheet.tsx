/** A recovery kit to be printed: numbered words and a QR code. It is on the screen once, and nowhere else. */
import type { JSX } from 'preact';
import { QrCode } from './qr-code.tsx';
import { words } from '../state/preferences.ts';
import { longDay } from '../words/when.ts';

export interface Kit {
  readonly words: readonly string[];
  readonly code: string;
}

export function KitSheet({ kit, handle, ward }: { kit: Kit; handle: string; ward: string }): JSX.Element {
  const say = words.value.account.kit;
  return (
    <div class="kit-sheet">
      <h3>{say.sheetTitle}</h3>
      <p><strong>{say.sheetFor(handle, ward)}</strong> · {say.sheetDate(longDay(new Date().toISOString(), words.value))}</p>
      <p>{say.sheetText}</p>
      <div class="kit-secret">
        <ol class="kit-words">{kit.words.map((word, at) => <li key={`${at} ${word}`}>{word}</li>)}</ol>
        <QrCode text={kit.code} label={say.qr} />
      </div>
      <p class="code kit-code">{kit.code}</p>
    </div>
  );
}
