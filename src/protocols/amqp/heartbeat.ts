/** What the heartbeat watches: counters of bytes, and what to do about silence. */
export interface Pulse {
  bytesRead(): number;
  bytesWritten(): number;
  /** True while the broker itself does not read: then silence says nothing about the peer. */
  readingPaused(): boolean;
  send(): void;
  /** Called once, when the peer was silent for two intervals. */
  silent(): void;
}

/** What a heartbeat takes on the wire, without TLS. */
const heartbeatBytes = 8;

/**
 * Sends a heartbeat in every half of the interval in which nothing else was written, and reports a peer from which nothing came for
 * two intervals (AMQP 0-9-1 section 4.2.7). Any traffic counts. Returns the way to stop.
 */
export function startHeartbeat(intervalSeconds: number, pulse: Pulse): () => void {
  if (intervalSeconds === 0) return () => {};
  const silentTicks = 4; // halves of the interval
  let read = pulse.bytesRead();
  let written = pulse.bytesWritten();
  /** What of the bytes that are written next is a heartbeat. */
  let ownBytes = 0;
  let ticksSinceRead = 0;
  const timer = setInterval(() => {
    const idle = pulse.bytesWritten() - written <= ownBytes;
    written = pulse.bytesWritten();
    if (idle) pulse.send();
    ownBytes = idle ? heartbeatBytes : 0;
    if (pulse.bytesRead() !== read || pulse.readingPaused()) {
      read = pulse.bytesRead();
      ticksSinceRead = 0;
    } else if (++ticksSinceRead === silentTicks + 1) pulse.silent();
  }, intervalSeconds * 500);
  timer.unref();
  return () => clearInterval(timer);
}
