/** PINs of the made-up ward: kept over the end of the worker, as the real one keeps them over the end of the page. */
import type { Failure, FromWorker, Requests } from '../../tablet/app/port.ts';
import { smallDatabase } from '../../tablet/app/worker/small-database.ts';
import { testLogin, testPin, type Scenario } from './scenario.ts';

type PinRequest = 'pinHandles' | 'pinState' | 'unlockWithPin' | 'setPin' | 'dropPin';

interface FakePins {
  readonly scenario: Scenario;
  readonly send: (message: FromWorker) => void;
  readonly fail: (code: Failure['code'], message?: string) => Error;
  readonly unlocked: () => void;
}

interface Kept {
  readonly pin: string;
  readonly left: number;
}

const database = smallDatabase<Kept>(`made-up-pins-${location.pathname}`, 'pins');

export function fakePins({ scenario, send, fail, unlocked }: FakePins): { readonly [N in PinRequest]: (params: Requests[N]['params']) => Promise<Requests[N]['result']> } {
  const kept = async (): Promise<Kept | undefined> => await database.get(testLogin.handle) ?? (scenario.pin === 'held' || scenario.pin === 'gone' ? { pin: testPin, left: 5 } : undefined);
  const show = async (): Promise<void> => {
    const pin = await kept();
    const isSet = pin !== undefined && pin.left > 0 && scenario.pin !== 'gone';
    send({ topic: 'pin', value: scenario.pin === 'off' ? null : { canSet: true, until: isSet ? new Date(scenario.now + 12 * 3_600_000).toISOString() : null } });
  };
  if (scenario.session === 'unlocked') void show();
  return {
    async pinHandles() {
      return (await kept())?.left ? [testLogin.handle] : [];
    },
    async pinState() {
      const pin = await kept();
      return { state: scenario.pin === 'gone' ? 'gone' : pin === undefined ? 'none' : 'held', left: pin?.left ?? 0 };
    },
    async unlockWithPin({ pin: typed }) {
      const pin = await kept();
      if (pin === undefined || pin.left === 0) throw fail('pin-gone');
      const left = pin.left - 1;
      await database.put(testLogin.handle, { ...pin, left: typed === pin.pin ? 5 : left });
      if (typed !== pin.pin) throw fail('wrong-pin', String(left));
      unlocked();
      await show();
      return null;
    },
    async setPin({ pin }) {
      if (!/^\d{6,8}$/.test(pin)) throw fail('pin-length');
      if (pin === '123456') throw fail('pin-too-easy');
      await database.put(testLogin.handle, { pin, left: 5 });
      await show();
      return null;
    },
    async dropPin() {
      await database.delete(testLogin.handle);
      await show();
      return null;
    },
  };
}
