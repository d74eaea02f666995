/** What the password before the last change is still good for, in words (UNLOCK-8). */
import { hexOf } from '../../protocol/codec/ids.ts';
import type { OldPasswordState } from '../../protocol/ward/old-password.ts';

/** Empty where nothing has to be said: there was no change, or it is done with as far as the nodes say. */
export function oldPasswordWords(old: OldPasswordState): readonly string[] {
  if (old === 'none') return [];
  if (old === 'needed-no-nodes') return ["The old password needed no nodes: old copies of a device's folder still open with it, for ever. Do not use it again anywhere."];
  const { nodes, destroyed, needed } = old;
  if (destroyed >= needed) return [`The old password is dead on ${destroyed} of ${nodes.length} nodes, as they say; that makes it worthless.`];
  const left = nodes.filter(({ share }) => share !== 'destroyed').map(({ device, share }) => `${hexOf(device).slice(0, 8)} (${share === 'held' ? 'has not heard of it yet' : 'out of reach'})`);
  return [`The old password is dead on ${destroyed} of ${nodes.length} nodes so far; with ${needed} it is worthless. Left: ${left.join(', ')}.`];
}

export function oldPasswordValue(old: OldPasswordState): unknown {
  return typeof old === 'string' ? old : { destroyed: old.destroyed, needed: old.needed, nodes: old.nodes.map(({ device, share }) => ({ device: hexOf(device), share })) };
}
