/** What a test wants the made-up ward behind the page to be. The test's server gives it out as `scenario.json`. */
import type { SessionView } from '../../tablet/app/port.ts';

export interface Scenario {
  readonly session: SessionView['state'];
  readonly patients: number;
  /** How many of them went home. */
  readonly discharged: number;
  readonly board: 'ready' | 'loading' | 'empty';
  readonly peers: 'connected' | 'none';
  readonly role: 'clinician' | 'viewer' | 'admin' | 'privacy';
  /** Names of devices that were lost since this user set the password. */
  readonly lostDevices: readonly string[];
  /** This is a desktop that is not trusted with an admin's powers. */
  readonly isHeldShort: boolean;
  /** Somebody else chose the password. */
  readonly temporaryPassword: boolean;
  /** Something happened to the account since the last unlock, and somebody asks for a share. */
  readonly accountNews: boolean;
  /** How the ward's devices answer an unlock; but for `quick`, the password was changed lately. */
  /** What is known of who wrote the entries. */
  readonly provenance: 'as-named' | 'mixed';
  readonly presence: 'quick' | 'false-node' | 'too-few' | 'waiting' | 'disused';
  /** What the screens of the admins have to show. */
  readonly council: 'busy' | 'empty' | 'loading';
  /** PINs on this tablet: none by policy, offered after the unlock, or set and held, used up, or gone with a restart. */
  readonly pin: 'off' | 'offered' | 'held' | 'gone';
  /** How an emergency opening goes: at once, in part, for nothing, with what does not open, not set up, without devices, over at once, or ended by somebody. */
  readonly glass: 'quick' | 'partly' | 'not-wrapped' | 'spoiled' | 'waiting' | 'too-few' | 'limit' | 'not-set' | 'no-key' | 'short' | 'ended';
  /** What the list of emergency openings has to show. */
  readonly emergencies: 'busy' | 'empty' | 'loading' | 'fails';
  /** Milliseconds; the ward's history ends here. */
  readonly now: number;
  /** How long an unlock takes. */
  readonly unlockMs: number;
  /** How long the worker takes to lock, after it has said that it is locked. */
  readonly lockMs: number;
  /** What a save comes to: done, a failure of the store, the end of the worker, the news that this device was removed. */
  /** Whether an opening can be written down. */
  readonly recording: boolean;
  readonly saving: 'works' | 'fails' | 'dies' | 'revokes';
}

export const usualScenario: Omit<Scenario, 'now'> = {
  session: 'unlocked', patients: 24, discharged: 3, board: 'ready', peers: 'connected', role: 'clinician', unlockMs: 50, lockMs: 0, saving: 'works', recording: true, lostDevices: [], isHeldShort: false, temporaryPassword: false, accountNews: false, presence: 'quick', provenance: 'as-named', pin: 'off', council: 'busy', glass: 'quick', emergencies: 'busy',
};

export const testLogin = { handle: 'amara', password: 'three larches by the lake' } as const;
export const testPin = '271903';
export const testJoinCode = 'WARDSYNC1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L';
