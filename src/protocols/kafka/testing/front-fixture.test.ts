import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import {
  BATCH_HEADER_BYTES,
  BATCH_PREFIX_BYTES,
  buildRecordBatch,
  CODEC_GZIP,
  type NewRecord,
  sealBatch,
  writeInt32,
} from '../../../bytes/index.js';
import type { PivotMessage, Translate } from '../../../core/index.js';
import { KafkaFront } from '../kafka-front.js';
import type { KafkaOptions } from '../kafka-options.js';
import { createTopics } from '../schema/create-topics.js';
import { fetch } from '../schema/fetch.js';
import { produce } from '../schema/produce.js';
import type { ReceivedOf } from '../wire/api.js';
import { ZERO_UUID } from '../wire/wire-reader.js';
import { MemoryHost } from './memory-host.test.js';
import { MemoryStores } from './memory-stores.test.js';
import { TestClient } from './test-client.test.js';

/** Stands for the other dialects: the envelope is a JSON object of the pivot's properties. */
export const translate: Translate = (_dialect, envelope, start, end, body, bodyStart, bodyEnd) => ({
  headers: [],
  ...(JSON.parse(Buffer.from(envelope.subarray(start, end)).toString()) as Omit<PivotMessage, 'headers'>),
  body: body.subarray(bodyStart, bodyEnd),
});

/** A front on a port of its own, with the verbs that most tests need. */
export class FrontFixture {
  readonly memory = new MemoryHost();
  readonly stores = new MemoryStores();
  port = 0;
  /** Renewed for every test. */
  client!: TestClient;
  readonly #front: KafkaFront;
  #topicCount = 0;

  constructor(options: Partial<KafkaOptions> = {}) {
    this.#front = new KafkaFront(this.memory.host, this.memory.groups, this.stores, translate, options);
  }

  async start(): Promise<void> {
    ({ port: this.port } = await this.#front.listen(0, '127.0.0.1'));
  }

  async renewClient(): Promise<void> {
    this.client?.close();
    this.client = await this.connect();
  }

  async connect(): Promise<TestClient> {
    return await TestClient.connect(this.port);
  }

  async stop(): Promise<void> {
    this.client?.close();
    await this.#front.stop();
    this.memory.close();
  }

  freshName(prefix: string): string {
    return `${prefix}${++this.#topicCount}`;
  }

  async newTopic(partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = this.freshName('topic-');
    const { topics } = await this.client.call(createTopics, 4, {
      topics: [
        {
          name,
          numPartitions: partitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
    });
    assert.equal(topics[0].errorCode, 0);
    return name;
  }

  async append(name: string, batch: Uint8Array | null, version = 9) {
    const { responses } = await this.client.call(produce, version, produceRequest(name, batch));
    return responses[0].partitionResponses[0];
  }
}

export function record(value: string, key: string | null = null, timestampMs = 1_700_000_000_000): NewRecord {
  const encode = (text: string) => new TextEncoder().encode(text);
  return { timestampMs, key: key === null ? null : encode(key), value: encode(value), headers: [] };
}

export function batchOf(...records: NewRecord[]): Uint8Array {
  return buildRecordBatch(records);
}

export function produceRequest(name: string, batch: Uint8Array | null, acks = -1, index = 0) {
  const records = batch === null ? null : [{ buffer: batch, start: 0, end: batch.length }];
  return {
    acks,
    timeoutMs: 1000,
    topicData: [{ name, topicId: ZERO_UUID, partitionData: [{ index, records }] }],
  };
}

export function fetchRequest(
  name: string,
  fetchOffset: number,
  options: { maxWaitMs?: number; maxBytes?: number } = {},
) {
  return {
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: 1,
    maxBytes: options.maxBytes ?? 1_000_000,
    topics: [
      {
        topic: name,
        topicId: ZERO_UUID,
        partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: options.maxBytes ?? 1_000_000 }],
      },
    ],
    forgottenTopicsData: [],
  };
}

export function fetched(response: ReceivedOf<typeof fetch>) {
  const partition = response.responses[0].partitions[0];
  const [slice] = partition.records ?? [];
  const bytes = slice === undefined ? Buffer.alloc(0) : Buffer.from(slice.buffer.subarray(slice.start, slice.end));
  return { ...partition, bytes };
}

export function gzipped(...records: NewRecord[]): Uint8Array {
  const plain = batchOf(...records);
  const packed = gzipSync(plain.subarray(BATCH_HEADER_BYTES));
  const batch = Buffer.concat([plain.subarray(0, BATCH_HEADER_BYTES), packed]);
  writeInt32(batch, 8, batch.length - BATCH_PREFIX_BYTES);
  batch[22] = CODEC_GZIP;
  sealBatch(batch, 0);
  return batch;
}
