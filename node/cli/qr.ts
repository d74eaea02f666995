/** A QR code for a terminal, two rows of modules a line. */
import { renderUnicodeCompact } from 'uqr';

export function qrLines(text: string): string {
  return renderUnicodeCompact(text, { ecc: 'L', border: 2 });
}
