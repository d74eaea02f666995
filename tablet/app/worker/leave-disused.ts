/** How a desktop that nobody has used for long (PAGE-7) becomes a browser that can be let in anew. */
import { isDisused } from '../../../protocol/replica/device-sessions.ts';
import { browserEnvironment } from './browser-environment.ts';
import { destroyPage } from './destroy-page.ts';
import type { PageWard } from './page-ward.ts';
import { RequestFailed } from './request-failed.ts';

/** Deletes what this browser holds of the ward, once a device in reach has all of it. Throws `RequestFailed`: `not-allowed` while it is in use, `no-peer`. */
export async function leaveDisused(ward: PageWard): Promise<void> {
  const { replica, device, host } = ward;
  if (!isDisused(replica, device.id, browserEnvironment.clock.now())) throw new RequestFailed('not-allowed');
  if (!host.peers().some(({ link }) => link?.inSync === true)) throw new RequestFailed('no-peer');
  await ward.close();
  await destroyPage();
}
