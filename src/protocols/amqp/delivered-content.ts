import { DIALECT_AMQP } from '../../bytes/index.js';
import type { Delivery, Translate } from '../../core/index.js';
import { decodeProperties, encodeProperties } from './basic-properties.js';
import { withDeathHeaders } from './death-headers.js';
import { emptyTable, type FieldTable, type FieldValue } from './field-table.js';
import type { ContentBytes } from './frame-writer.js';
import { fromPivot } from './from-pivot.js';

/** What is counted for a consumer: how often the message was delivered before, or its offset in a stream. */
export type CountHeader = 'x-delivery-count' | 'x-stream-offset';

const noBytes = new Uint8Array(0);
/** Two strings of no length. */
const emptyRoutingBytes = 2;
const noProperties = encodeProperties({});

/**
 * A delivery as its content goes to an AMQP client: usually the very bytes that were published. One object per channel,
 * filled for every delivery and valid as long as that is.
 */
export class DeliveredContent implements ContentBytes {
  routing: Uint8Array = noBytes;
  routingStart = 0;
  routingEnd = 0;
  properties: Uint8Array = noBytes;
  propertiesStart = 0;
  propertiesEnd = 0;
  body: Uint8Array = noBytes;
  bodyStart = 0;
  bodyEnd = 0;
  private readonly translate: Translate;

  constructor(translate: Translate) {
    this.translate = translate;
  }

  /**
   * @param queueRouting the default exchange and the queue's name, for messages that were sent to the queue without a key
   * @param countHeader which header it gets
   */
  fill(delivery: Delivery, queueRouting: Buffer, countHeader: CountHeader | undefined): void {
    this.routing = delivery.envelope;
    this.routingStart = delivery.routingStart;
    this.routingEnd = delivery.routingEnd;
    if (delivery.dialect === DIALECT_AMQP) {
      this.properties = delivery.envelope;
      this.propertiesStart = delivery.envelopeStart;
      this.propertiesEnd = delivery.envelopeEnd;
      this.body = delivery.body;
      this.bodyStart = delivery.bodyStart;
      this.bodyEnd = delivery.bodyEnd;
    } else {
      this.takeTranslation(delivery);
      if (delivery.routingEnd - delivery.routingStart <= emptyRoutingBytes) {
        this.routing = queueRouting;
        this.routingStart = 0;
        this.routingEnd = queueRouting.length;
      }
    }
    const history = delivery.history();
    if (history.length > 0 || countHeader !== undefined) {
      this.changeHeaders(history.length > 0, (headers, expiration) => {
        const message = { routingKey: this.routingKey(), expiration };
        const result = history.length > 0 ? withDeathHeaders(headers, history, message) : headers;
        return countHeader === undefined ? result : withCount(result, countHeader, delivery);
      });
    }
  }

  /** The bytes as they are, for a message that cannot be translated: it must not stand in the way of the others. */
  fillUntranslated(delivery: Delivery): void {
    this.routing = delivery.envelope;
    this.routingStart = delivery.routingStart;
    this.routingEnd = delivery.routingEnd;
    this.properties = noProperties;
    this.propertiesStart = 0;
    this.propertiesEnd = noProperties.length;
    this.body = delivery.body;
    this.bodyStart = delivery.bodyStart;
    this.bodyEnd = delivery.bodyEnd;
  }

  private routingKey(): string {
    const { buffer, byteOffset } = this.routing;
    const keyStart = this.routingStart + 1 + this.routing[this.routingStart] + 1;
    return Buffer.from(buffer, byteOffset + keyStart, this.routingEnd - keyStart).toString('utf8');
  }

  private takeTranslation(delivery: Delivery): void {
    const { envelope, body } = delivery;
    const pivot = this.translate(
      delivery.dialect,
      envelope,
      delivery.envelopeStart,
      delivery.envelopeEnd,
      body,
      delivery.bodyStart,
      delivery.bodyEnd,
    );
    this.properties = encodeProperties(fromPivot(pivot, delivery));
    this.propertiesStart = 0;
    this.propertiesEnd = this.properties.length;
    this.body = pivot.body;
    this.bodyStart = 0;
    this.bodyEnd = pivot.body.length;
  }

  /** A dead-lettered message loses its expiration, so that it does not expire again where it was put. */
  private changeHeaders(
    dropExpiration: boolean,
    change: (headers: FieldTable, expiration: string | undefined) => FieldTable,
  ): void {
    const { buffer, byteOffset, length } = this.properties;
    const bytes = Buffer.from(buffer, byteOffset, length);
    const values = decodeProperties(bytes, this.propertiesStart, this.propertiesEnd);
    values.headers = change(values.headers ?? emptyTable, values.expiration);
    if (dropExpiration) delete values.expiration;
    this.properties = encodeProperties(values);
    this.propertiesStart = 0;
    this.propertiesEnd = this.properties.length;
  }
}

function withCount(headers: FieldTable, name: CountHeader, { attempts, seq }: Delivery): FieldTable {
  const value: FieldValue = { type: 'l', value: BigInt(name === 'x-stream-offset' ? seq : attempts - 1) };
  return new Map([...headers, [name, value]]);
}
