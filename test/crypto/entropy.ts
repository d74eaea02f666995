/** The generators that the tests of this room seal with. */
import { randomBytes } from 'node:crypto';
import type { Entropy } from '../../protocol/codec/environment.ts';

export const realEntropy: Entropy = { randomBytes: (length) => new Uint8Array(randomBytes(length)) };

/** A virtual machine that was cloned: the same bytes, again and again (ATTACK 16). */
export const frozenEntropy: Entropy = { randomBytes: (length) => new Uint8Array(length).fill(0xee) };
