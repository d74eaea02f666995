/** A recovery kit to be printed: numbered words and a QR code. It is on the screen once, and nowhere else. */
import type { JSX } from 'preact';
import { encode } from 'uqr';
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

/** Black on white in every theme: cameras and paper want it so. */
function QrCode({ text, label }: { text: string; label: string }): JSX.Element {
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))).join('');
  return (
    <svg class="kit-qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
