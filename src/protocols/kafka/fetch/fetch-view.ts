import type { fetch } from '../schema/fetch.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';

export type AskedTopic = RequestOf<typeof fetch>['topics'][number];
export type AskedPartition = AskedTopic['partitions'][number];
export type PartitionAnswer = ResponseOf<typeof fetch>['responses'][number]['partitions'][number];

/** What one fetch is about: what it names, or what its session remembers. */
export interface FetchView {
  /** To be told to the client; 0: there is no session. */
  readonly sessionId: number;
  readonly topics: readonly AskedTopic[];
  /** Whether the client is to be told this of a partition; to be asked once, when it is answered. */
  shows(asked: AskedPartition, answer: PartitionAnswer): boolean;
}
