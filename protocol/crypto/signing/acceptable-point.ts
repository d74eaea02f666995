/**
 * Which encodings of an Edwards25519 point are accepted at all: canonical ones that are not of small order.
 *
 * RFC 8032 leaves room, and implementations differ in it (OpenSSL accepts small-order keys, noble's default follows
 * ZIP-215). Two honest peers that disagree about one signature would disagree about the ward for ever, so the
 * encoding is checked here, the same on every platform (ATTACK 24).
 */
import { fromHex, toHex } from '../../codec/bytes.ts';

export function isAcceptablePoint(encoded: Uint8Array): boolean {
  return encoded.length === 32 && isCanonicalY(encoded) && !SMALL_ORDER_Y.has(toHex(withoutSign(encoded)));
}

/** The eight points of order dividing 8 have these five y coordinates (the sign of x apart). */
const SMALL_ORDER_Y: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

const FIELD_PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'p');

/** y, little-endian without the sign bit, is less than 2^255 − 19. */
function isCanonicalY(encoded: Uint8Array): boolean {
  const y = withoutSign(encoded);
  for (let i = 31; i >= 0; i--) {
    const difference = (y[i] ?? 0) - (FIELD_PRIME[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function withoutSign(encoded: Uint8Array): Uint8Array {
  const y = encoded.slice();
  y[31] = (y[31] ?? 0) & 0x7f;
  return y;
}
