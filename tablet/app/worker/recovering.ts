/** The way back to forgotten keys, as the page asks for it: by a kit's words, or by the people whom the user named. */
import { hexOf, type Hex, type UserId } from '../../../protocol/codec/ids.ts';
import { readKitText } from '../../../protocol/keys/kit-words.ts';
import type { HolderFailure, HolderRecovery } from '../../../protocol/ward/recover.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { Ward } from '../../../protocol/ward/ward.ts';
import type { Failure, RecoveryView } from '../port.ts';
import type { PageWard } from './page-ward.ts';
import { RequestFailed } from './request-failed.ts';

export async function recoverByKit(ward: Ward, handle: string, kit: string, fresh: string): Promise<Session> {
  const read = readKitText(kit);
  if (!read.ok) {
    const { failure } = read;
    throw new RequestFailed(KIT_PROBLEMS[failure.code], failure.code === 'unknown-word' ? String(failure.place) : failure.code === 'not-24-words' ? String(failure.count) : '');
  }
  const recovered = await ward.recoverWithKit(handle, read.value, fresh);
  if (!recovered.ok) throw new RequestFailed(recovered.failure);
  return recovered.value;
}

/** One question to the holders, followed until it is answered or given up. */
export class Recovering {
  readonly #recovery: HolderRecovery;
  readonly #pageWard: PageWard;
  readonly #onView: (view: RecoveryView | null) => void;
  readonly #stopFollowing: () => void;
  #hasEnded = false;

  static async ask(ward: Ward, pageWard: PageWard, handle: string, onView: (view: RecoveryView | null) => void): Promise<Recovering> {
    const asked = await ward.askHolders(handle);
    if (!asked.ok) throw new RequestFailed(asked.failure);
    const recovering = new Recovering(asked.value, pageWard, onView);
    await recovering.#look();
    return recovering;
  }

  private constructor(recovery: HolderRecovery, pageWard: PageWard, onView: (view: RecoveryView | null) => void) {
    this.#recovery = recovery;
    this.#pageWard = pageWard;
    this.#onView = onView;
    this.#stopFollowing = pageWard.replica.onAdmitted(() => void this.#look());
  }

  async finish(fresh: string): Promise<Session> {
    const finished = await this.#recovery.finish(fresh);
    if (!finished.ok) throw new RequestFailed(FINISH_FAILURES[finished.failure]);
    this.end();
    return finished.value;
  }

  end(): void {
    this.#hasEnded = true;
    this.#stopFollowing();
    this.#recovery.forget();
    this.#onView(null);
  }

  async #look(): Promise<void> {
    const { code, threshold, holders } = this.#recovery;
    const { good, bad, seeds } = await this.#recovery.collected();
    if (this.#hasEnded) return;
    const { users } = this.#pageWard.replica.state();
    const handleOf = (user: Hex<UserId>): string => users.get(user)?.handle ?? user.slice(0, 8);
    this.#onView({
      code, threshold, isEnough: seeds.ok || seeds.failure === 'damaged',
      holders: holders.map((holder) => {
        const user = hexOf(holder);
        return { handle: handleOf(user), answer: good.includes(user) ? 'good' : bad.includes(user) ? 'bad' : 'none' };
      }),
    });
  }
}

const KIT_PROBLEMS = { 'unknown-word': 'kit-word', 'not-24-words': 'kit-count', checksum: 'kit-checksum' } as const satisfies Record<string, Failure['code']>;

const FINISH_FAILURES: Readonly<Record<HolderFailure, Failure['code']>> = {
  'too-few': 'shares-damaged', damaged: 'shares-damaged', 'password-too-short': 'password-too-short', 'password-too-common': 'password-too-common',
};
