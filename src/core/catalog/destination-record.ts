import { decodeUtf8, encodeUtf8 } from '../../bytes/index.js';
import type { Declared, QueueSettings, TopicSettings } from '../broker.js';

/**
 * How queues and topics stand in the metadata store: `q/<virtual host>/<name>` and `k/<virtual host>/<name>`, as JSON
 * with a format number, because they are few, change seldom, and are the first thing that somebody looks into.
 */
const FORMAT = 1;

export interface QueueRecord {
  readonly log: number;
  readonly autoDelete: boolean;
  readonly grouped: boolean;
  /** The partition's log of a retained queue. */
  readonly retainMs: number | undefined;
  readonly dialect: number;
  readonly declaredBy: readonly (readonly [number, Declared])[];
  readonly settings: Partial<QueueSettings>;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

export interface TopicRecord {
  readonly id: string;
  /** Logs of the partitions, in order. */
  readonly logs: readonly number[];
  readonly dialect: number;
  readonly declaredBy: readonly (readonly [number, Declared])[];
  readonly settings: Partial<TopicSettings>;
  readonly createdMs: number;
}

export function encodeDestination(record: QueueRecord | TopicRecord): Uint8Array {
  return encodeUtf8(JSON.stringify({ format: FORMAT, ...record }));
}

export function decodeDestination<T extends QueueRecord | TopicRecord>(value: Uint8Array): T {
  const record = JSON.parse(decodeUtf8(value)) as T & { format: number };
  if (record.format !== FORMAT) throw new RangeError(`a destination of format ${record.format}, ${FORMAT} is known`);
  return record;
}
