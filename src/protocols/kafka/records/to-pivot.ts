import { DIALECT_KAFKA } from '../../../bytes/index.js';
import type { DialectTranslation, PivotHeader } from '../../../core/index.js';
import { decodeRecordEnvelope } from './record-envelope.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A Kafka record for readers of other dialects. Headers that are text stay text, all others are bytes. */
export const kafkaTranslation: DialectTranslation = {
  dialect: DIALECT_KAFKA,
  toPivot(envelope, envelopeStart, _envelopeEnd, body, bodyStart, bodyEnd) {
    const { key, headers } = decodeRecordEnvelope(envelope, envelopeStart);
    return {
      body: body.subarray(bodyStart, bodyEnd),
      exchange: undefined,
      routingKey: key === null ? undefined : textOf(key),
      key: key ?? undefined,
      contentType: undefined,
      contentEncoding: undefined,
      messageId: undefined,
      correlationId: undefined,
      replyTo: undefined,
      type: undefined,
      appId: undefined,
      userId: undefined,
      timestampMs: undefined,
      priority: undefined,
      group: undefined,
      deduplicationId: undefined,
      headers: headers.map(({ name, value }): PivotHeader => ({ name, value: pivotValue(value) })),
    };
  },
};

function pivotValue(value: Buffer | null): PivotHeader['value'] {
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
