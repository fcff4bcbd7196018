import type { OffsetToCommit } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { FoundTopic } from '../topics/topic-directory.js';

interface AskedPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
}

interface AskedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly AskedPartition[];
}

interface AnsweredTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: { readonly partitionIndex: number; readonly errorCode: number }[];
}

export interface CommitPlan {
  /** Those that can be committed, in the order of the request. */
  readonly offsets: readonly OffsetToCommit[];
  /** The answer for all, given the error codes of the ones above. */
  answer(errorCodes: readonly number[]): AnsweredTopic[];
}

/**
 * Separates what can be committed from what names no partition. Offsets are kept under the topic's id, so that a
 * topic which is deleted and made again starts without any.
 */
export function groupOffsetsByTopic(asked: readonly AskedTopic[], find: (topic: AskedTopic) => FoundTopic): CommitPlan {
  const offsets: OffsetToCommit[] = [];
  /** For each partition in order: its place in `offsets`, or the error code that keeps it out. */
  const places: ({ readonly index: number } | { readonly errorCode: number })[] = [];
  for (const topic of asked) {
    const found = find(topic);
    for (const partition of topic.partitions) {
      if (found.topic === undefined) places.push({ errorCode: found.errorCode });
      else if (found.topic.partitionHandles[partition.partitionIndex] === undefined) {
        places.push({ errorCode: ErrorCode.unknownTopicOrPartition });
      } else {
        places.push({ index: offsets.length });
        offsets.push({
          topic: found.topic.id,
          partition: partition.partitionIndex,
          offset: partition.committedOffset,
          leaderEpoch: partition.committedLeaderEpoch,
          metadata: partition.committedMetadata ?? '',
        });
      }
    }
  }
  return {
    offsets,
    answer(errorCodes) {
      let next = 0;
      return asked.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => {
          const place = places[next++];
          return { partitionIndex, errorCode: 'index' in place ? errorCodes[place.index] : place.errorCode };
        }),
      }));
    },
  };
}
