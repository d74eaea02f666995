/** The topic `sync`: which devices are in reach, and how safe is what was written here. */
import { equalBytes } from '../../../protocol/codec/bytes.ts';
import type { Environment } from '../../../protocol/codec/environment.ts';
import { deviceId, hexOf } from '../../../protocol/codec/ids.ts';
import type { DeviceKind } from '../../../protocol/membership/ward-state.ts';
import type { Reach } from '../../../protocol/network/reach.ts';
import type { Link } from '../../../protocol/sync/link.ts';
import { Witnesses } from '../../../protocol/sync/witnesses.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { PeerView, SyncView } from '../port.ts';
import type { PageWard } from './page-ward.ts';

/** Often enough for 'last seen' to be true to the eye. */
const REFRESH_MILLISECONDS = 2000;

export class SyncStatus {
  readonly #ward: PageWard;
  readonly #environment: Environment;
  readonly #post: (view: SyncView) => void;
  #session: Session | undefined;
  /** Whom this page's tablet has in reach; undefined in a desktop's browser, and while the tablet does not answer. */
  #reach: readonly Reach[] | undefined;
  /** On a tablet's page: what devices beyond its tablet signed for. */
  readonly #witnesses: Witnesses;
  #unfollow: () => void = () => {};
  #due = false;

  constructor(ward: PageWard, environment: Environment, post: (view: SyncView) => void) {
    this.#ward = ward;
    this.#environment = environment;
    this.#post = post;
    this.#witnesses = new Witnesses(ward.replica, ward.device.id);
    ward.host.onPeersChanged(() => this.#showSoon());
    if (ward.savedBy !== undefined) {
      ward.host.followReach(ward.savedBy, (reach) => {
        this.#reach = reach;
        for (const { device, heartbeat } of reach ?? []) if (heartbeat !== undefined) this.#witnesses.hear(device, heartbeat);
        this.#showSoon();
      });
    }
    ward.host.onLink((link) => this.#followLink(link));
    for (const link of ward.host.links()) this.#followLink(link);
    this.#repeat();
  }

  follow(session: Session | undefined): void {
    this.#unfollow();
    this.#session = session;
    this.#unfollow = session?.standings.onChange(() => this.#showSoon()) ?? (() => {});
    this.show();
  }

  show(): void {
    const { standings } = this.#session ?? {};
    if (standings !== undefined) for (const device of this.#witnesses.holding(this.#ward.root())) standings.equalToPeer(device, () => true);
    const summary = this.#session?.standings.summary();
    this.#post({
      peers: this.#peers(),
      saving: summary?.saving ?? 0,
      unsent: summary?.unsent ?? 0,
      notBackedUp: summary?.notBackedUp ?? 0,
      heldBy: summary?.heldBy ?? 0,
      ...(summary?.backedUpAt !== undefined && { backedUpAt: new Date(summary.backedUpAt).toISOString() }),
    });
  }

  #followLink(link: Link): void {
    link.onEvent((event) => {
      const { standings } = this.#session ?? {};
      if (event.type === 'stored-by-peer') standings?.storedByPeer(deviceId.from(link.remote), event.chain, event.seq);
      if (event.type === 'equal') standings?.equalToPeer(deviceId.from(link.remote), event.includes);
      this.#showSoon();
    });
  }

  /** Every other device that this page, or its tablet, knows something of. */
  contacts(): readonly Reach[] {
    const { device } = this.#ward;
    const direct = this.#direct();
    const told = (this.#reach ?? []).filter((peer) => !equalBytes(peer.device, device.id));
    return direct.map((peer) => (peer.connected ? peer : told.find((other) => equalBytes(other.device, peer.device)) ?? peer));
  }

  /** On a tablet: the tablet itself, and whom it has in reach. In a desktop's browser: the archives. */
  #peers(): readonly PeerView[] {
    const { device, savedBy } = this.#ward;
    const direct = this.#direct();
    const own = savedBy && direct.find((peer) => equalBytes(peer.device, savedBy));
    if (own === undefined) return direct.flatMap((peer) => this.#peerView(peer, 'archive'));
    // While the tablet does not answer, nothing is known of the others but that they are of this ward.
    const others = (this.#reach ?? direct.map(({ device: peer }) => ({ device: peer, connected: false, inSync: false, lastContact: undefined, heartbeat: undefined })))
      .filter((peer) => !equalBytes(peer.device, own.device) && !equalBytes(peer.device, device.id));
    return [...this.#peerView(own, 'tablet').map((view) => ({ ...view, own: true })), ...others.flatMap((peer) => this.#peerView(peer, 'archive', 'tablet'))];
  }

  /** As this page sees the ward's other devices by itself. */
  #direct(): readonly Reach[] {
    return this.#ward.host.peers().map(({ device, link, lastContact }) =>
      ({ device, connected: link !== undefined, inSync: link?.inSync ?? false, lastContact, heartbeat: link?.heartbeat }));
  }

  /** Nothing for devices of other kinds: bridges and browsers keep nothing for others. */
  #peerView({ device, connected, inSync, lastContact }: Reach, ...kinds: readonly DeviceKind[]): readonly PeerView[] {
    const known = this.#ward.replica.state().devices.get(hexOf(device));
    if (known === undefined || known.removal !== undefined || !kinds.includes(known.kind)) return [];
    return [{
      peer: hexOf(device),
      name: this.#session?.members.nameOf(known.sealedName) ?? '',
      kind: known.kind,
      connected,
      ...(lastContact !== undefined && { lastSeen: new Date(lastContact).toISOString() }),
      inSync,
    }];
  }

  #showSoon(): void {
    if (this.#due) return;
    this.#due = true;
    this.#environment.timers.after(50, () => {
      this.#due = false;
      this.show();
    });
  }

  #repeat(): void {
    this.#environment.timers.after(REFRESH_MILLISECONDS, () => {
      this.show();
      this.#repeat();
    });
  }
}
