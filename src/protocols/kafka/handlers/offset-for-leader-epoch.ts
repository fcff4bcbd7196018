import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { offsetForLeaderEpoch } from '../schema/offset-for-leader-epoch.js';
import { Operation } from '../security/acl.js';
import { leaderEpochFault } from '../topics/leader-epoch.js';

/**
 * Tells a consumer up to where the log it knew is still the log. Nothing that a consumer could have seen is ever
 * taken back, so for every epoch that has been that is the end of what is readable.
 */
export function offsetForLeaderEpochHandler(services: FrontServices): Handler {
  return defineHandler({
    api: offsetForLeaderEpoch,
    served: '2-4',
    handle(request, call) {
      const topics = request.topics.map(({ topic: name, partitions }) => {
        const { topic, errorCode } = services.topics.find(name);
        return {
          topic: name,
          partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
            if (topic === undefined) return { partition, errorCode };
            if (!services.access.mayTopic(call.connection, Operation.describe, topic.name)) {
              return { partition, errorCode: ErrorCode.topicAuthorizationFailed };
            }
            const state = services.topics.partition(topic, partition);
            if (state === undefined) return { partition, errorCode: ErrorCode.unknownTopicOrPartition };
            const fault = leaderEpochFault(state, currentLeaderEpoch);
            if (fault !== undefined) return { partition, errorCode: fault };
            if (leaderEpoch > state.leaderEpoch) return { partition, errorCode: ErrorCode.none };
            return { partition, errorCode: ErrorCode.none, leaderEpoch, endOffset: state.highWatermark };
          }),
        };
      });
      call.respond({ topics });
    },
  });
}
