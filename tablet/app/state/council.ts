/** How a screen of the admins asks for something: one thing at a time, what went wrong in words. */
import { useState } from 'preact/hooks';
import type { CouncilAction, CouncilDone } from '../port-council.ts';
import { explain, usePort } from './app.ts';
import { words } from './preferences.ts';
import { toast } from './toasts.ts';

export interface Acting {
  readonly working: boolean;
  readonly problem: string;
  readonly complain: (problem: string) => void;
  /** Undefined when it was not done. `said` is shown when it was; what waits for a second admin is said by itself. */
  readonly act: (action: CouncilAction, said: string) => Promise<CouncilDone | undefined>;
}

export function useActing(): Acting {
  const port = usePort();
  const [working, setWorking] = useState(false);
  const [problem, complain] = useState('');
  return {
    working, problem, complain,
    async act(action, said) {
      if (working) return undefined;
      setWorking(true);
      complain('');
      const reply = await port.request('council', action);
      setWorking(false);
      if (!reply.ok) {
        complain(explain(reply.failure, words.value));
        return undefined;
      }
      const text = reply.result.outcome === 'proposed' ? words.value.council.proposed : said;
      if (text !== '') toast(text);
      return reply.result;
    },
  };
}
