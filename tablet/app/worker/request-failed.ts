import type { Failure } from '../port.ts';

/** A request that was not done, with the reason that the page may show. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly failure: Failure;
  constructor(code: Failure['code'], message = '') {
    super(code);
    this.failure = { code, message };
  }
}
