export interface KafkaOptions {
  /** Tells clients this address instead of the one they dialled. */
  readonly advertisedHost?: string;
  readonly advertisedPort?: number;
  /** Whether asking for a topic by name creates it. */
  readonly autoCreateTopics: boolean;
  /** Partitions of a topic whose creator does not say. */
  readonly defaultPartitions: number;
  /** The user that clients are without SASL; undefined: SASL is required. */
  readonly anonymousUser: string | undefined;
  readonly maxRequestBytes: number;
  /** The most that one fetch answers with, beyond a first batch of any size. */
  readonly maxFetchBytes: number;
  readonly idleTimeoutMs: number;
}

/** The values are Kafka's own (socket.request.max.bytes, fetch.max.bytes, connections.max.idle.ms, num.partitions). */
export const KAFKA_DEFAULTS: KafkaOptions = {
  autoCreateTopics: true,
  defaultPartitions: 1,
  anonymousUser: 'guest',
  maxRequestBytes: 100 * 1024 * 1024,
  maxFetchBytes: 55 * 1024 * 1024,
  idleTimeoutMs: 600_000,
};

/** A client that has proved nothing yet has no reason to send more. */
export const MAX_UNAUTHENTICATED_REQUEST_BYTES = 512 * 1024;

/** This broker's id in every answer: there is one. */
export const NODE_ID = 1;

/** The virtual host that Kafka clients see. */
export const VIRTUAL_HOST = '/';
