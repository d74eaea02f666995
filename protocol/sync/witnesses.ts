/**
 * Which devices hold what is here, of those that somebody else has a link with (NET-4): by what they signed themselves,
 * whoever brought it. A root that equals one's own is the digest of all that is here, so nothing else needs to be believed.
 */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, type DeviceId, type Hex } from '../codec/ids.ts';
import type { Replica } from '../replica/replica.ts';
import { isSignedBy } from './heartbeat-memory.ts';
import type { SignedHeartbeat } from './session-context.ts';

interface Witness {
  readonly device: DeviceId;
  readonly heartbeat: SignedHeartbeat;
}

export class Witnesses {
  readonly #replica: Pick<Replica, 'ward' | 'state'>;
  readonly #self: DeviceId;
  /** The last one heard of each device of the ward; never more than it has devices. */
  readonly #heard = new Map<Hex<DeviceId>, Witness>();

  /** `self` vouches for nothing to itself. */
  constructor(replica: Pick<Replica, 'ward' | 'state'>, self: DeviceId) {
    this.#replica = replica;
    this.#self = self;
  }

  /** What is not signed by the device, and what no device of the ward signed, changes nothing. */
  hear(device: DeviceId, heartbeat: SignedHeartbeat): void {
    if (equalBytes(device, this.#self)) return;
    const before = this.#heard.get(hexOf(device))?.heartbeat;
    if (before !== undefined && equalBytes(before.signature, heartbeat.signature) && equalBytes(before.root, heartbeat.root)) return;
    if (this.#isIn(device) && isSignedBy(device, this.#replica.ward, heartbeat)) this.#heard.set(hexOf(device), { device, heartbeat });
  }

  /** Devices that are in and whose last signed root is `root`, the digest of all that is here now. */
  holding(root: Uint8Array): readonly DeviceId[] {
    return [...this.#heard.values()].filter(({ device, heartbeat }) => this.#isIn(device) && equalBytes(heartbeat.root, root)).map(({ device }) => device);
  }

  #isIn(device: DeviceId): boolean {
    const known = this.#replica.state().devices.get(hexOf(device));
    return known !== undefined && known.removal === undefined;
  }
}
