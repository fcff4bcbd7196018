import type { Broker, Host, Translate } from '../../core/index.js';
import type { ClientCapabilities } from './handshake.js';
import type { OutputBuffer } from './output-buffer.js';
import type { Tuning } from './tuning.js';

/** What a channel sees of its connection once that is open. */
export interface ConnectionContext {
  readonly host: Host;
  readonly broker: Broker;
  readonly translate: Translate;
  readonly user: string;
  readonly virtualHost: string;
  readonly tuning: Tuning;
  readonly capabilities: ClientCapabilities;
  readonly maxMessageBytes: number;
  /** Who owns the exclusive queues that are declared here. */
  readonly owner: number;
  readonly out: OutputBuffer;
  /** To be called whenever something was written to `out`. */
  markDirty(): void;
  /** True when the peer is so far behind that nothing more should be pushed; `pending` bytes are not in `out` yet. */
  outputFull(pendingBytes: number): boolean;
  /** The session was told to stop; it is told to go on when the peer has caught up. */
  resumeLater(session: number): void;
  /** A channel has confirms to write at the end of this turn, or waits for a flush. */
  confirmLater(channel: ConfirmingChannel): void;
  awaitStable(channel: ConfirmingChannel): void;
  /** A message came in: the connection may have to stop reading. */
  notePublish(): void;
}

export interface ConfirmingChannel {
  /** Writes the confirms that wait for nothing. */
  writeReadyConfirms(): void;
  /** Writes the confirms that waited for this flush. Returns whether some wait on. */
  confirmStable(stableFlush: number): boolean;
}
