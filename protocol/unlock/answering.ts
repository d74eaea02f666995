/** Who answers what on a ward node: shares are kept by archives and tablet nodes, keys for PINs by tablet nodes alone. */
import type { GlassKeeper } from './glass-keeper.ts';
import { isGlassQuestion, isPinQuestion, type AnswerUnlock } from './messages.ts';
import type { PinKeeper } from './pin-keeper.ts';
import type { ShareKeeper } from './share-keeper.ts';

export function answerUnlock(shares: ShareKeeper, pins: PinKeeper | undefined, glass: GlassKeeper): AnswerUnlock {
  return async (question, device) => {
    if (isGlassQuestion(question)) return glass.answer(question, device);
    if (!isPinQuestion(question)) return shares.answer(question, device);
    return pins?.answer(question, device) ?? { type: 'refused', code: 'not-allowed', generation: 0 };
  };
}
