import { DIALECT_AMQP } from '../../bytes/index.js';
import type { Outgoing } from '../../core/index.js';
import type { ContentBytes } from './frame-writer.js';
import { copyBytes } from './output-buffer.js';

const noBytes = Buffer.alloc(0);

/** A publish on its way into the core: one object per channel, filled for every message. */
export class OutgoingMessage implements Outgoing, ContentBytes {
  readonly dialect = DIALECT_AMQP;
  routing: Buffer = noBytes;
  routingStart = 0;
  routingEnd = 0;
  /** The envelope: property flags and values, as in a content header. */
  properties: Buffer = noBytes;
  propertiesStart = 0;
  propertiesEnd = 0;
  body: Buffer = noBytes;
  bodyStart = 0;
  bodyEnd = 0;
  transient = false;
  readonly timestampMs = -1;
  priority = -1;
  ttlMs = -1;
  delayMs = -1;
  group: string | undefined = undefined;
  deduplicationId: string | undefined = undefined;
  /** Bytes of `x-partition-key`; undefined: the routing key. */
  partitionKey: Buffer | undefined = undefined;

  get routingLength(): number {
    return this.routingEnd - this.routingStart;
  }

  copyRouting(target: Uint8Array, at: number): void {
    copyBytes(target, at, this.routing, this.routingStart, this.routingEnd);
  }

  get envelopeLength(): number {
    return this.propertiesEnd - this.propertiesStart;
  }

  copyEnvelope(target: Uint8Array, at: number): void {
    copyBytes(target, at, this.properties, this.propertiesStart, this.propertiesEnd);
  }

  get bodyLength(): number {
    return this.bodyEnd - this.bodyStart;
  }

  copyBody(target: Uint8Array, at: number): void {
    copyBytes(target, at, this.body, this.bodyStart, this.bodyEnd);
  }

  /** The partition key is `x-partition-key`, else the routing key; through the default exchange there is none. */
  get keyLength(): number {
    if (this.partitionKey !== undefined) return this.partitionKey.length;
    return this.routing[this.routingStart] === 0 ? -1 : this.routing[this.routingKeyAt()];
  }

  copyKey(target: Uint8Array, at: number): void {
    if (this.partitionKey !== undefined) {
      copyBytes(target, at, this.partitionKey, 0, this.partitionKey.length);
      return;
    }
    const length = this.routingKeyAt();
    copyBytes(target, at, this.routing, length + 1, this.routingEnd);
  }

  private routingKeyAt(): number {
    return this.routingStart + 1 + this.routing[this.routingStart];
  }

  /** A copy that outlives the buffer it was read from. */
  detach(): OutgoingMessage {
    const copy = new OutgoingMessage();
    const size = this.routingLength + this.envelopeLength + this.bodyLength;
    const bytes = Buffer.allocUnsafeSlow(size);
    copy.routing = bytes;
    copy.properties = bytes;
    copy.body = bytes;
    copy.routingEnd = copyBytes(bytes, 0, this.routing, this.routingStart, this.routingEnd);
    copy.propertiesStart = copy.routingEnd;
    copy.propertiesEnd = copyBytes(bytes, copy.routingEnd, this.properties, this.propertiesStart, this.propertiesEnd);
    copy.bodyStart = copy.propertiesEnd;
    copy.bodyEnd = copyBytes(bytes, copy.propertiesEnd, this.body, this.bodyStart, this.bodyEnd);
    copy.transient = this.transient;
    copy.priority = this.priority;
    copy.ttlMs = this.ttlMs;
    copy.delayMs = this.delayMs;
    copy.group = this.group;
    copy.deduplicationId = this.deduplicationId;
    copy.partitionKey = this.partitionKey === undefined ? undefined : Buffer.from(this.partitionKey);
    return copy;
  }
}
