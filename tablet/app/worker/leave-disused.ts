/** How a desktop that nobody has used for long (PAGE-7) becomes a browser that can be let in anew. */
import { hexOf } from '../../../protocol/codec/ids.ts';
import { browserEnvironment } from './browser-environment.ts';
import { destroyPage } from './destroy-page.ts';
import type { PageWard } from './page-ward.ts';
import { RequestFailed } from './request-failed.ts';

/** So long a device is looked for that has everything, in milliseconds, and how often. */
const PATIENCE = 15_000;
const LOOK_AGAIN = 200;

/**
 * Deletes what this browser holds of the ward, once a device in reach has all of it. Throws `RequestFailed`: `not-allowed`
 * where it is no desktop, `no-peer`. Whether it is out of use the nodes may have said, whose clocks need not agree with this one.
 */
export async function leaveDisused(ward: PageWard): Promise<void> {
  const { replica, device, host } = ward;
  if (replica.state().devices.get(hexOf(device.id))?.kind !== 'desktop') throw new RequestFailed('not-allowed');
  const { clock, timers } = browserEnvironment;
  const until = clock.now() + PATIENCE;
  while (!host.peers().some(({ link }) => link?.inSync === true)) {
    if (clock.now() >= until) throw new RequestFailed('no-peer');
    await new Promise<void>((resolve) => { timers.after(LOOK_AGAIN, resolve); });
  }
  await ward.close();
  await destroyPage();
}
