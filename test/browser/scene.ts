/** What every story of the ward in browsers has to work with. */
import type { TestContext } from 'node:test';
import type { Canaries } from '../multi-host/canaries.ts';
import type { WardBrowser } from './chromium.ts';
import type { Headless } from './headless.ts';
import type { LoopbackWard } from './ward.ts';
import type { WardPage } from './ward-page.ts';

export interface Scene {
  readonly t: TestContext;
  readonly ward: LoopbackWard;
  readonly canaries: Canaries;
  readonly browser: WardBrowser;
  /** An office's desktop, through the bridge; nurse 1 unlocked. */
  readonly desk: WardPage;
  /** A page on tablet 1, nurse 2 unlocked; and one on tablet 2, nurse 1 unlocked. */
  readonly one: WardPage;
  readonly two: WardPage;
  /** A client without a screen at tablet 1, nurse 2 unlocked. */
  readonly headless: Headless;
  /** Ids of the patients, in the order of the canaries. */
  readonly patients: readonly string[];
  /** Whatever was typed into a page. Nobody but clients may have it. */
  readonly typed: string[];
}
