import { DIALECT_AMQP } from '../../bytes/index.js';
import type { DialectTranslation, PivotHeader, PivotMessage, PivotValue } from '../../core/index.js';
import { decodeProperties } from './basic-properties.js';
import type { FieldTable, FieldValue } from './field-table.js';

/** Turns an AMQP record (property flags and values, and the body) into the neutral form. */
export const amqpTranslation: DialectTranslation = {
  dialect: DIALECT_AMQP,
  toPivot(envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd): PivotMessage {
    const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.length);
    const properties = decodeProperties(bytes, envelopeStart, envelopeEnd);
    return {
      body: body.subarray(bodyStart, bodyEnd),
      exchange: undefined,
      routingKey: undefined,
      key: undefined,
      contentType: properties.contentType,
      contentEncoding: properties.contentEncoding,
      messageId: properties.messageId,
      correlationId: properties.correlationId,
      replyTo: properties.replyTo,
      type: properties.type,
      appId: properties.appId,
      userId: properties.userId,
      timestampMs: properties.timestamp === undefined ? undefined : Number(properties.timestamp) * 1000,
      priority: properties.priority,
      group: undefined,
      deduplicationId: undefined,
      headers: properties.headers === undefined ? [] : pivotHeaders(properties.headers),
    };
  },
};

function pivotHeaders(table: FieldTable): PivotHeader[] {
  return [...table].map(([name, field]) => ({ name, value: pivotValue(field) }));
}

function pivotValue(field: FieldValue): PivotValue {
  switch (field.type) {
    case 'V':
      return { kind: 'null' };
    case 't':
      return { kind: 'boolean', value: field.value };
    case 'f':
    case 'd':
      return { kind: 'double', value: field.value };
    case 'l':
    case 'L':
      return { kind: 'integer', value: field.value };
    case 'T':
      return { kind: 'timestamp', seconds: field.value };
    case 'D':
      return { kind: 'number', value: decimalDigits(field.value, field.scale) };
    case 'S': {
      const value = field.value.toString('utf8');
      // a long string is bytes; only what is text all the way stays text
      return Buffer.from(value).equals(field.value)
        ? { kind: 'string', value }
        : { kind: 'binary', value: field.value };
    }
    case 'x':
      return { kind: 'binary', value: field.value };
    case 'A':
      return { kind: 'list', items: field.value.map(pivotValue) };
    case 'F':
      return { kind: 'table', entries: pivotHeaders(field.value) };
    default:
      return { kind: 'integer', value: BigInt(field.value) };
  }
}

/** `value / 10^scale` without leaving decimal. */
function decimalDigits(value: number, scale: number): string {
  const digits = String(value).padStart(scale + 1, '0');
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
