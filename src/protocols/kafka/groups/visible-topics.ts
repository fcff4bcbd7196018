import type { SubscribableTopics } from '../../../core/index.js';
import type { FrontServices } from '../front-services.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
import type { TopicPatterns } from './topic-patterns.js';

/** The topics that a client may subscribe to, under the names by which Kafka clients know them. */
export function visibleTopics(
  { host, topics, access }: FrontServices,
  patterns: TopicPatterns,
  asker: Asker,
): SubscribableTopics {
  return {
    version: host.broker.topologyVersion,
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
