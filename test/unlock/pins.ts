/** A tablet with its page, both let in by one code, and a user's key for a PIN, as a client would hand it over. */
import { inviteId, type DeviceId } from '../../protocol/codec/ids.ts';
import type { Timers } from '../../protocol/codec/environment.ts';
import { blindInput } from '../../protocol/crypto/oprf/blinded-input.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { publicElement, randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { signFor, signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { pinChangeContent, pinHoldContent, type PinChange, type UnlockAnswer } from '../../protocol/unlock/messages.ts';
import { PinKeeper } from '../../protocol/unlock/pin-keeper.ts';
import { utf8 } from '../../protocol/codec/bytes.ts';
import { testClock, type TestClock } from '../support/seeded.ts';
import { buildWard, type TestDevice, type TestSession, type TestWard } from '../support/ward-builder.ts';

export interface Held {
  readonly key: Uint8Array;
  readonly hold: Uint8Array;
}

export class PinWard {
  readonly ward: TestWard;
  readonly tablet: TestDevice;
  readonly page: TestDevice;
  readonly keeper: PinKeeper;
  readonly uptime: TestClock;
  /** What the keeper wants to be called for. */
  readonly due: (() => void)[];

  constructor(ward: TestWard, tablet: TestDevice, page: TestDevice) {
    this.ward = ward;
    this.tablet = tablet;
    this.page = page;
    this.uptime = testClock(50_000_000);
    this.due = [];
    const timers: Timers = {
      after: (_, callback) => {
        this.due.push(callback);
        return () => { this.due.splice(this.due.indexOf(callback), 1); };
      },
    };
    this.keeper = new PinKeeper({ replica: ward.replica, self: tablet.id, environment: { clock: ward.clock, entropy: ward.random, timers, log: ward.log }, uptime: this.uptime });
  }

  /** Time as it passes when nobody meddles. */
  pass(milliseconds: number): void {
    this.ward.clock.advance(milliseconds);
    this.uptime.advance(milliseconds);
  }

  /** The timer that is waiting fires. */
  look(): void {
    for (const callback of this.due.splice(0)) callback();
  }

  newKey(): Held {
    const key = randomScalar(this.ward.random);
    return { key, hold: publicElement(key) };
  }

  hold(session: TestSession, { key, hold }: Held, signer: SigningKey = session.user.key, page: DeviceId = this.page.id, signedFor: DeviceId = page): UnlockAnswer {
    const signature = signFor(signer, LABEL.pinHold, this.ward.id, pinHoldContent(session.user.id, signedFor, this.tablet.id, hold));
    return this.keeper.answer({ type: 'hold-pin', user: session.user.id, key: key.slice(), signature }, page);
  }

  try({ user }: TestSession, { hold }: Held, page: DeviceId = this.page.id, blinded = blindInput(utf8('guess'), this.ward.random).blinded): UnlockAnswer {
    return this.keeper.answer({ type: 'try-pin', user: user.id, hold, blinded }, page);
  }

  state({ user }: TestSession, { hold }: Held): UnlockAnswer {
    return this.keeper.answer({ type: 'pin-state', user: user.id, hold }, this.page.id);
  }

  change({ user }: TestSession, { hold }: Held, generation: number, change: PinChange, signer: SigningKey = user.key): UnlockAnswer {
    const signature = signFor(signer, LABEL.pinChange, this.ward.id, pinChangeContent(user.id, this.tablet.id, hold, generation, change));
    return this.keeper.answer({ type: 'change-pin', user: user.id, hold, change, signature }, this.page.id);
  }

  async setGrace(hours: number): Promise<void> {
    await this.ward.put(this.ward.founder.operation({ type: 'set-grace', hours }));
  }
}

/** With a policy of 12 hours. */
export async function pinWard(): Promise<PinWard> {
  const ward = await buildWard();
  const [tablet, page] = [ward.newDevice('tablet'), ward.newDevice('client')];
  const expires = ward.clock.now() + 60_000;
  await letIn(ward, tablet, expires);
  await letIn(ward, page, expires);
  const pins = new PinWard(ward, tablet, page);
  await pins.setGrace(12);
  return pins;
}

/** By an invitation that ends then. */
export async function letIn(ward: TestWard, device: TestDevice, expires: number): Promise<void> {
  const invitation = signingKeyFromSeed(ward.random.randomBytes(32));
  await ward.put(ward.founder.operation({ type: 'invite', invite: inviteId.from(invitation.publicKey), kind: device.kind, expires, sealedName: ward.random.randomBytes(40) }));
  await ward.put(ward.joining(invitation, device));
}
