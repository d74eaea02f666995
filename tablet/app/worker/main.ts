/** Entry of the page's worker: requests in, replies and topics out (see `../port.ts`). */
import '../../../protocol/network/polyfill.ts';
import type { FromWorker, ToWorker } from '../port.ts';
import { AppWorker } from './app-worker.ts';
import { RequestFailed } from './request-failed.ts';

const scope = self as unknown as { postMessage(message: FromWorker): void; addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void };
const worker = new AppWorker((update) => scope.postMessage(update));

scope.addEventListener('message', ({ data }) => {
  worker.handle(data).then(
    (result) => scope.postMessage({ id: data.id, ok: true, result }),
    (error: unknown) => {
      if (!(error instanceof RequestFailed)) console.error('request failed', data.name, error);
      const failure = error instanceof RequestFailed ? error.failure : { code: 'internal' as const, message: '' };
      scope.postMessage({ id: data.id, ok: false, failure });
    },
  );
});

void worker.start();
