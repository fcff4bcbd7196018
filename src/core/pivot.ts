/**
 * The neutral form through which a message passes when its reader's dialect is not its sender's. Each dialect owns
 * two functions, to and from it, so dialects never know each other. What each property becomes where is
 * docs/translation.md.
 */
export interface PivotMessage {
  body: Uint8Array;
  /** Exchange and routing key for AMQP; record key for Kafka; absent where the dialect has none. */
  exchange: string | undefined;
  routingKey: string | undefined;
  key: Uint8Array | undefined;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  messageId: string | undefined;
  correlationId: string | undefined;
  replyTo: string | undefined;
  type: string | undefined;
  appId: string | undefined;
  userId: string | undefined;
  /** ms since the epoch; what the sender said. */
  timestampMs: number | undefined;
  priority: number | undefined;
  group: string | undefined;
  deduplicationId: string | undefined;
  /** Application headers / message attributes / record headers, in order. */
  headers: PivotHeader[];
}

/** A message of which nothing but the body is known. */
export function pivotOf(body: Uint8Array): PivotMessage {
  return {
    body,
    exchange: undefined,
    routingKey: undefined,
    key: undefined,
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
    headers: [],
  };
}

export interface PivotHeader {
  name: string;
  value: PivotValue;
}

/** `type` keeps what a dialect can tell apart: SQS's `String.custom`, `Number`, AMQP's tables. */
export type PivotValue =
  | { kind: 'string'; value: string; label?: string }
  | { kind: 'binary'; value: Uint8Array; label?: string }
  | { kind: 'integer'; value: bigint; label?: string }
  | { kind: 'number'; value: string; label?: string } // decimal digits as written
  | { kind: 'double'; value: number }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'timestamp'; seconds: bigint }
  | { kind: 'null' }
  | { kind: 'list'; items: PivotValue[] }
  | { kind: 'table'; entries: PivotHeader[] };

/** The two functions of a dialect. */
export interface DialectTranslation {
  readonly dialect: number;
  /** From the dialect's own envelope and body bytes. */
  toPivot(
    envelope: Uint8Array,
    envelopeStart: number,
    envelopeEnd: number,
    body: Uint8Array,
    bodyStart: number,
    bodyEnd: number,
  ): PivotMessage;
}

/** Gives a front the pivot form of a record of another dialect; composed by the server from all dialects. */
export type Translate = (
  dialect: number,
  envelope: Uint8Array,
  envelopeStart: number,
  envelopeEnd: number,
  body: Uint8Array,
  bodyStart: number,
  bodyEnd: number,
) => PivotMessage;
