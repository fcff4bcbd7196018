import type { Broker, SubscribableTopics } from '../../../core/index.js';
import type { Access, Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
import type { TopicDirectory } from '../topics/topic-directory.js';
import type { TopicPatterns } from './topic-patterns.js';

/** The topics that the asker may subscribe to, under the names by which Kafka clients know them. */
export function visibleTopics(
  broker: Broker,
  topics: TopicDirectory,
  patterns: TopicPatterns,
  access: Access,
  asker: Asker,
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
        .filter((topic) => access.mayTopic(asker, Operation.describe, topic.name))
        .map((topic) => topics.spelling(topic))
        .filter((name) => compiled.matches(name));
    },
  };
}
