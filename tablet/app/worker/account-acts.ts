/** What somebody does with the own account, for the page: password, kit, people who can bring the keys back. */
import { itemId, userId } from '../../../protocol/codec/ids.ts';
import { kitCode, kitWords } from '../../../protocol/keys/kit-words.ts';
import type { Account } from '../../../protocol/ward/account.ts';
import type { Requests } from '../port.ts';
import { RequestFailed } from './request-failed.ts';

type Name = 'changePassword' | 'makeKit' | 'setHolders' | 'releaseShare';
type Handlers = { readonly [N in Name]: (params: Requests[N]['params']) => Promise<Requests[N]['result']> };

/** `account` throws `RequestFailed` while nobody is unlocked. */
export function accountHandlers(account: () => Account): Handlers {
  return {
    changePassword: async ({ old, fresh }) => {
      const changed = await account().changePassword(old, fresh);
      if (!changed.ok) throw new RequestFailed(changed.failure);
      return null;
    },
    makeKit: async ({ password, language }) => {
      const made = await account().makeKit(password);
      if (!made.ok) throw new RequestFailed(made.failure);
      return { words: kitWords(made.value, language), code: kitCode(made.value) };
    },
    setHolders: async ({ password, holders, threshold }) => {
      const set = await account().setHolders(password, holders.map((holder) => userId.fromHex(holder)), threshold);
      if (!set.ok) throw new RequestFailed(set.failure);
      return null;
    },
    releaseShare: async ({ ask }) => {
      const released = await account().release(itemId.fromHex(ask));
      if (!released.ok) throw new RequestFailed(released.failure);
      return null;
    },
  };
}
