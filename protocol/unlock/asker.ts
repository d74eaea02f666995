/** Whom a ward node answers at all. */
import { hexOf, type DeviceId } from '../codec/ids.ts';
import { isPersonal, type WardState } from '../membership/ward-state.ts';

/** Devices at which people unlock, while they and the node itself are in (UNLOCK-2, GLASS-3). */
export function mayAsk({ devices }: WardState, device: DeviceId, node: DeviceId): boolean {
  const asking = devices.get(hexOf(device));
  return asking !== undefined && isPersonal(asking.kind) && asking.removal === undefined && devices.get(hexOf(node))?.removal === undefined;
}
