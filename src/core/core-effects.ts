import type { MessageHeaders } from './routing/message-headers.js';

/** What the core asks of the shell. None of these may call back into the core. */
export interface CoreEffects {
  /** A flush gathers something; `waits`: somebody waits for it to be stable. */
  gathered(waits: boolean): void;
  /** Records of a queue's log are wanted from `fromSeq` on; answered by BrokerCore.loaded. */
  need(queue: number, log: number, fromSeq: number): void;
  /** Records of the shared log are wanted for that queue; answered by BrokerCore.loadedShared. */
  needShared(queue: number, fromSeq: number): void;
  /** A partition's stable end moved, or the partition is gone. */
  partitionMoved(partition: number): void;
  /** `log` may be forgotten below `upTo`, once the flush that is gathering is stable. */
  trim(log: number, upTo: number): void;
  /** The whole log may be forgotten, once the flush that is gathering is stable. */
  drop(log: number): void;
  /** The headers of a message, for a dead-letter exchange that routes by them. */
  headersOf(dialect: number, envelope: Uint8Array, start: number, end: number): MessageHeaders;
}
