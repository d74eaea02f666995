/**
 * What libp2p 3 expects of a JavaScript engine and Node 20 does not have. Imported before anything of libp2p.
 */
if (typeof Promise.withResolvers !== 'function') {
  // ECMAScript 2024, Promise.withResolvers.
  Promise.withResolvers = function withResolvers<T>(): PromiseWithResolvers<T> {
    let resolve: (value: T | PromiseLike<T>) => void = unset;
    let reject: (reason?: unknown) => void = unset;
    const promise = new Promise<T>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    return { promise, resolve, reject };
  };
}

function unset(): void {
  throw new Error('a promise was settled before it was made');
}
