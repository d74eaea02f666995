/** The topic `sync`: which devices are in reach, and how safe is what was written here. */
import type { Environment } from '../../../protocol/codec/environment.ts';
import { deviceId, hexOf } from '../../../protocol/codec/ids.ts';
import type { Link } from '../../../protocol/sync/link.ts';
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
  #unfollow: () => void = () => {};
  #due = false;

  constructor(ward: PageWard, environment: Environment, post: (view: SyncView) => void) {
    this.#ward = ward;
    this.#environment = environment;
    this.#post = post;
    ward.host.onPeersChanged(() => this.#showSoon());
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
      if (event.type === 'stored-by-peer') this.#session?.standings.storedByPeer(deviceId.from(link.remote), event.chain, event.seq);
      this.#showSoon();
    });
  }

  #peers(): readonly PeerView[] {
    const { devices } = this.#ward.replica.state();
    return this.#ward.host.peers().flatMap(({ device, link, lastContact }): PeerView[] => {
      const known = devices.get(hexOf(device));
      if (known === undefined || known.removal !== undefined || known.kind === 'client') return [];
      return [{
        peer: hexOf(device),
        name: this.#session?.members.nameOf(known.sealedName) ?? '',
        kind: known.kind,
        connected: link !== undefined,
        ...(lastContact !== undefined && { lastSeen: new Date(lastContact).toISOString() }),
        inSync: link?.inSync ?? false,
      }];
    });
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
