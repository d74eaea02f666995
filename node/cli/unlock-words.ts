/** What a command says about an unlock that did not work, or about nodes that did not do their part. */
import { hexOf } from '../../protocol/codec/ids.ts';
import type { UnlockProgress } from '../../protocol/ward/presence.ts';
import type { UnlockFailure } from '../../protocol/ward/ward.ts';

/** No command runs as a desktop's page; who writes a client of their own may. */
export const DISUSED = "nobody has unlocked on this desktop for 30 days: it has to be let in anew, with a code of 'wardsync pair'";

export function unlockFailure(failure: UnlockFailure, asked: UnlockProgress | undefined): string {
  if (failure !== 'too-few-nodes' || asked === undefined) return MESSAGES[failure];
  const answered = asked.nodes.filter(({ outcome }) => outcome === 'answered').length;
  const missing = asked.nodes.filter(({ outcome }) => outcome !== 'answered').map(({ device, outcome }) => `${hexOf(device).slice(0, 8)} (${OUTCOMES[outcome]})`);
  return `not enough ward nodes in reach (${answered} of ${asked.need}): ${missing.join(', ')}. Bring this device near the archive and the tablets, or switch them on`;
}

/** A dishonest node is named, also where the others sufficed. */
export function warningsOf(asked: UnlockProgress | undefined): readonly string[] {
  return (asked?.nodes ?? []).filter(({ outcome }) => outcome === 'dishonest').map(({ device }) =>
    `The node ${hexOf(device)} answered with a key that is not the one it was given: it is broken or in foreign hands. Remove it ('wardsync device remove').`);
}

const OUTCOMES: Readonly<Record<UnlockProgress['nodes'][number]['outcome'], string>> = {
  asked: 'no answer yet', answered: 'answered', dishonest: 'dishonest', unreachable: 'out of reach', 'device-tries': 'no tries left for this device', tries: 'no tries left', disused: 'helps this device no more', 'no-share': 'knows no share yet',
};

const MESSAGES: Readonly<Record<UnlockFailure, string>> = {
  'wrong-password': 'wrong handle or password',
  'no-users-here': 'this device holds no ward yet: bring it within reach of a peer',
  'damaged-bundle': "the user's bundle is damaged; an admin has to set the user up anew",
  'too-few-nodes': 'not enough ward nodes in reach',
  disused: DISUSED,
  'device-tries': "too many wrong passwords on this device: try on another one, or let an admin run 'wardsync user reset-tries'",
  tries: "too many wrong passwords: an admin can let this user try again with 'wardsync user reset-tries'",
};
