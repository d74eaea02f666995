/**
 * Padding, so that a ciphertext tells a bucket and not a length (SPEC, SUITE-4; ATTACK 25).
 *
 * content ‖ 0x80 ‖ 0x00… up to the bucket's size: 64-byte steps up to 512, above that PADMÉ (Nikitin et al.,
 * "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019), at most 12 % more.
 * Of each content there is one padded form; the smallest is one step.
 */
export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(content.length));
  padded.set(content);
  padded[content.length] = END_OF_CONTENT;
  return padded;
}

/** The content, or null when these bytes are not what `pad` makes of it. Call it on authenticated bytes only. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (end < 0 || padded[end] !== END_OF_CONTENT || paddedLength(end) !== padded.length) return null;
  return padded.slice(0, end);
}

/** Bytes that a content of `length` bytes takes when padded. */
export function paddedLength(length: number): number {
  const marked = length + 1;
  return roundUp(marked, marked <= LAST_STEP ? STEP : padmeStep(marked));
}

const END_OF_CONTENT = 0x80;
const STEP = 64;
const LAST_STEP = 512;

/** PADMÉ keeps as many leading bits of a length as its exponent has bits. */
function padmeStep(length: number): number {
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  return 2 ** (exponent - kept);
}

function roundUp(length: number, step: number): number {
  return Math.ceil(length / step) * step;
}
