import { DIALECT_KAFKA } from '../../../bytes/index.js';
import { type DialectTranslation, type PivotMessage, pivotOf, type PivotValue } from '../../../core/index.js';
import { isPropertyHeader, PRIORITY_HEADER, PROPERTY_HEADERS } from './property-headers.js';
import { decodeRecordEnvelope } from './record-envelope.js';

/** Bytes stay bytes where they are no text; a byte order mark is part of the text. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A Kafka record for readers of other dialects. Headers that are text stay text, all others are bytes. */
export const kafkaTranslation: DialectTranslation = {
  dialect: DIALECT_KAFKA,
  toPivot(envelope, envelopeStart, _envelopeEnd, body, bodyStart, bodyEnd) {
    const { key, headers } = decodeRecordEnvelope(envelope, envelopeStart);
    const pivot = pivotOf(body.subarray(bodyStart, bodyEnd));
    pivot.routingKey = key === null ? undefined : textOf(key);
    pivot.key = key ?? undefined;
    for (const { name, value } of headers) {
      if (!takeProperty(pivot, name, value)) pivot.headers.push({ name, value: pivotValue(value) });
    }
    return pivot;
  },
};

/** Puts a header that stands for a property where it belongs. False when it is an ordinary one. */
function takeProperty(pivot: PivotMessage, name: string, value: Buffer | null): boolean {
  const text = value === null ? undefined : textOf(value);
  if (text === undefined) return false;
  if (isPropertyHeader(name)) {
    pivot[PROPERTY_HEADERS[name]] = text;
    return true;
  }
  if (name !== PRIORITY_HEADER || !/^\d{1,3}$/.test(text)) return false;
  pivot.priority = Math.min(Number(text), 255);
  return true;
}

function pivotValue(value: Buffer | null): PivotValue {
  if (value === null) return { kind: 'null' };
  const text = textOf(value);
  return text === undefined ? { kind: 'binary', value } : { kind: 'string', value: text };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
