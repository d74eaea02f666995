/**
 * What a PIN must be. The node answers five times, so a PIN is as good as it is not among the first five that anybody
 * would try: six digits at least, and none of the patterns under a thumb. Dates are not refused: which date is nobody's to know.
 */
export const MIN_PIN_LENGTH = 6;
export const MAX_PIN_LENGTH = 8;

export type PinProblem = 'pin-length' | 'pin-too-easy';

export function pinProblem(pin: string): PinProblem | undefined {
  if (!/^\d+$/.test(pin) || pin.length < MIN_PIN_LENGTH || pin.length > MAX_PIN_LENGTH) return 'pin-length';
  return isRepeated(pin) || isRun(pin) || new Set(pin).size < 3 || FIRST_GUESSES.has(pin) ? 'pin-too-easy' : undefined;
}

/** 121212, 123123, 77777777, and 1212121. */
function isRepeated(pin: string): boolean {
  return [1, 2, 3, 4].some((length) => length < pin.length - 1 && pin === pin.slice(0, length).repeat(pin.length).slice(0, pin.length));
}

/** Digits that go up or down by the same step: 123456, 135790, 987654; and such a run, twice each: 112233. */
function isRun(pin: string): boolean {
  const steps = (text: string): Set<number> => new Set(Array.from(text, Number).slice(1).map((digit, at) => (digit - Number(text[at]) + 10) % 10));
  const isDoubled = pin.length % 2 === 0 && Array.from(pin).every((digit, at) => at % 2 === 0 || digit === pin[at - 1]);
  return steps(pin).size === 1 || (isDoubled && steps(Array.from(pin).filter((_, at) => at % 2 === 0).join('')).size === 1);
}

/** Ways across a keypad, and runs that turn. */
const FIRST_GUESSES = new Set(['147258', '258369', '147369', '159357', '159753', '357159', '147852', '123321', '654321', '123654', '321654', '456123', '123789', '789456', '112358', '314159', '271828', '1234321', '12344321', '147258369', '123698745', '14725836', '12369874']);
