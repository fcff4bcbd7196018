import type { Broker, SubscribableTopics } from '../../../core/index.js';
import { maySeeTopic } from '../topics/allowed-operations.js';
import type { TopicDirectory } from '../topics/topic-directory.js';
import type { TopicPatterns } from './topic-patterns.js';

/** The topics that a user may subscribe to, under the names by which Kafka clients know them. */
export function visibleTopics(
  broker: Broker,
  topics: TopicDirectory,
  patterns: TopicPatterns,
  user: string,
): SubscribableTopics {
  return {
    version: broker.topologyVersion,
    find(name) {
      const { topic } = topics.find(name);
      return topic === undefined ? undefined : { id: topic.id, partitions: topic.partitionHandles.length };
    },
    matching(pattern) {
      const compiled = patterns.find(pattern);
      if (compiled === undefined) return undefined;
      return topics
        .all()
        .filter((topic) => maySeeTopic(broker, user, topic.name))
        .map((topic) => topics.spelling(topic))
        .filter((name) => compiled.matches(name));
    },
  };
}
