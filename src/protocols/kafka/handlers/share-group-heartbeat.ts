import type { FrontServices } from '../front-services.js';
import { assignedTimes } from '../groups/assigned-times.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { listedPartitions } from '../groups/listed-partitions.js';
import { TopicPatterns } from '../groups/topic-patterns.js';
import { visibleTopics } from '../groups/visible-topics.js';
import { defineHandler, type Handler } from '../handler.js';
import { shareGroupHeartbeat } from '../schema/share-group-heartbeat.js';

/** A member of a share group joins, goes on or leaves (KIP-932). */
export function shareGroupHeartbeatHandler(services: FrontServices): Handler {
  const { host, groups, configs } = services;
  // Share groups subscribe by name only.
  const patterns = new TopicPatterns();
  return defineHandler({
    api: shareGroupHeartbeat,
    served: '1',
    handle(request, call) {
      const answer = groups.coordinator.assigned.heartbeat(
        {
          kind: 'share',
          groupId: request.groupId,
          memberId: request.memberId,
          memberEpoch: request.memberEpoch,
          instanceId: null,
          rackId: request.rackId,
          rebalanceTimeoutMs: -1,
          subscribedNames: request.subscribedTopicNames,
          subscribedPattern: null,
          assignor: null,
          owned: null,
          clientId: call.clientId ?? '',
          clientHost: `/${call.connection.remoteAddress}`,
        },
        visibleTopics(services, patterns, call.connection),
        assignedTimes('share', configs.ofGroup(request.groupId)),
        host.broker.nowMs,
      );
      groups.whenStored(() =>
        call.respond({
          errorCode: groupErrorCode(answer.error),
          errorMessage: answer.message,
          memberId: answer.memberId,
          memberEpoch: answer.memberEpoch,
          heartbeatIntervalMs: answer.heartbeatIntervalMs,
          assignment: answer.assignment === null ? null : { topicPartitions: listedPartitions(answer.assignment) },
        }),
      );
    },
  });
}
