/** What the engine's worker says when Automerge is loaded and requests may come. */
export const ENGINE_UP = 'engine-up';
