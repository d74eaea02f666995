/** What the core's failures are for the page. */
import type { AdmitFailure } from '../../../protocol/chart/admit.ts';
import type { UnlockFailure } from '../../../protocol/ward/ward.ts';
import type { Failure } from '../port.ts';

export const UNLOCK_FAILURES: Readonly<Record<UnlockFailure, Failure['code']>> = {
  'wrong-password': 'wrong-password',
  'no-users-here': 'no-peer',
  'damaged-bundle': 'internal',
  'too-few-nodes': 'too-few-nodes',
  'device-tries': 'device-tries',
  tries: 'tries',
  disused: 'disused',
};

export const ADMIT_FAILURES: Readonly<Record<AdmitFailure, Failure['code']>> = {
  'unknown-patient': 'not-found',
  'already-admitted': 'already-admitted',
  'bed-taken': 'bed-taken',
  malformed: 'invalid',
};
