/**
 * The attack that key commitment is there for (Dodis et al., 2018; Len, Grubbs, Ristenpart, "Partitioning Oracle
 * Attacks", 2021): one ChaCha20-Poly1305 ciphertext, with one tag, that is valid under two keys.
 *
 * Poly1305 is a polynomial in the ciphertext's blocks, so with the tag fixed two free blocks are two unknowns in two
 * linear equations modulo 2^130 − 5. A solution has to look like blocks (2^128 ≤ x < 2^129), so several tags are tried.
 */
import { chacha20 } from '@noble/ciphers/chacha.js';
import { concatBytes, toHex } from '../../protocol/codec/bytes.ts';

const P = (1n << 130n) - 5n;
const CIPHERTEXT_LENGTH = 64;

/** Returns ciphertext(64, ending in `end`(32)) ‖ tag(16), valid with a zero nonce and this associated data under both keys. */
export function ciphertextUnderTwoKeys(keyA: Uint8Array, keyB: Uint8Array, associatedData: Uint8Array, end: Uint8Array): Uint8Array {
  const a = polynomialKey(keyA);
  const b = polynomialKey(keyB);
  const lengths = block(littleEndianBytes(BigInt(associatedData.length), 8), littleEndianBytes(BigInt(CIPHERTEXT_LENGTH), 8));
  const before = blocksOf(associatedData);
  const after = [...blocksOf(end), lengths];
  for (let attempt = 0n; attempt < 4096n; attempt++) {
    // Bit 128 is cut off in the end; it keeps `tag - s` from falling below zero.
    const tag = (1n << 128n) + attempt * 0x9e3779b97f4a7c15n;
    // … free1 ‖ free2 ‖ end ‖ end ‖ lengths: the free blocks are multiplied by r⁵ and r⁴.
    const target = ({ r, s }: PolynomialKey): bigint => {
      const rest = evaluate([...before, 0n, 0n, ...after], r);
      return mod(tag - s - rest);
    };
    const determinant = mod(power(a.r, 5n) * power(b.r, 4n) - power(a.r, 4n) * power(b.r, 5n));
    const inverse = power(determinant, P - 2n);
    const [ta, tb] = [target(a), target(b)];
    const free1 = mod((ta * power(b.r, 4n) - tb * power(a.r, 4n)) * inverse);
    const free2 = mod((tb * power(a.r, 5n) - ta * power(b.r, 5n)) * inverse);
    if (free1 >> 128n !== 1n || free2 >> 128n !== 1n) continue;
    return concatBytes(littleEndianBytes(free1, 16), littleEndianBytes(free2, 16), end, littleEndianBytes(tag, 16));
  }
  throw new Error('no ciphertext found');
}

interface PolynomialKey {
  readonly r: bigint;
  readonly s: bigint;
}

/** RFC 8439 §2.6: the first block of the key stream. */
function polynomialKey(key: Uint8Array): PolynomialKey {
  const stream = chacha20(key, new Uint8Array(12), new Uint8Array(32));
  return { r: fromLittleEndian(stream.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn, s: fromLittleEndian(stream.subarray(16)) };
}

function evaluate(blocks: readonly bigint[], r: bigint): bigint {
  return blocks.reduce((sum, value) => mod((sum + value) * r), 0n);
}

/** Whole blocks, the last filled up with zeros as the AEAD does, each with its leading one bit. */
function blocksOf(bytes: Uint8Array): bigint[] {
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, i) => {
    const whole = new Uint8Array(16);
    whole.set(bytes.subarray(16 * i, 16 * i + 16));
    return block(whole);
  });
}

function block(...parts: readonly Uint8Array[]): bigint {
  return fromLittleEndian(concatBytes(...parts)) | (1n << 128n);
}

function mod(value: bigint): bigint {
  return ((value % P) + P) % P;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = mod(base), left = exponent; left > 0n; left >>= 1n, square = mod(square * square)) {
    if (left & 1n) result = mod(result * square);
  }
  return result;
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}

/** Higher bits are cut off. */
function littleEndianBytes(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
