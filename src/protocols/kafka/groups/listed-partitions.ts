import { PartitionSet } from '../../../core/index.js';
import type { TopicDirectory } from '../topics/topic-directory.js';

interface TopicPartitions {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

/** Partitions as heartbeats list them. */
export function listedPartitions(set: PartitionSet): TopicPartitions[] {
  return [...set.topics()].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions].toSorted((a, b) => a - b),
  }));
}

/** The same as descriptions list them; topics that are gone have no name. */
export function namedPartitions(
  set: PartitionSet,
  topics: TopicDirectory,
): (TopicPartitions & { topicName: string })[] {
  return listedPartitions(set).map((listed) => {
    const { topic } = topics.findById(listed.topicId);
    return { ...listed, topicName: topic === undefined ? '' : topics.spelling(topic) };
  });
}

export function partitionSet(listed: readonly TopicPartitions[]): PartitionSet {
  const set = new PartitionSet();
  for (const { topicId, partitions } of listed) for (const partition of partitions) set.add(topicId, partition);
  return set;
}
