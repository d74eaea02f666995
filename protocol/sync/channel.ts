/**
 * What a sync session needs of a connection: frames in order, both ways, with back-pressure.
 *
 * `network/` makes one of a libp2p stream; tests and the simulation make pairs in memory.
 */
export interface FrameChannel {
  /** Device key of the other side, proven by the Noise handshake. 32 bytes. */
  readonly remote: Uint8Array;
  /** Sends one frame (without its length prefix). Resolves when the channel can take another. Rejects when closed. */
  send(frame: Uint8Array): Promise<void>;
  /**
   * Frames as they come, without their length prefix, each within SYNC-1's bound. Iteration is the back-pressure: the
   * next frame is not read before it is asked for. Ends when the other side closes.
   */
  frames(): AsyncIterable<Uint8Array>;
  /** Idempotent; pending sends reject. */
  close(): void;
}
