import type { FrontServices } from '../front-services.js';
import { assignedTimes } from '../groups/assigned-times.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { listedPartitions, partitionSet } from '../groups/listed-partitions.js';
import { TopicPatterns } from '../groups/topic-patterns.js';
import { visibleTopics } from '../groups/visible-topics.js';
import { defineHandler, type Handler } from '../handler.js';
import { consumerGroupHeartbeat } from '../schema/consumer-group-heartbeat.js';

/** A member of a group whose partitions the broker assigns joins, goes on or leaves (KIP-848). */
export function consumerGroupHeartbeatHandler(services: FrontServices): Handler {
  const { host, groups, configs } = services;
  const patterns = new TopicPatterns();
  return defineHandler({
    api: consumerGroupHeartbeat,
    served: '0-1',
    async handle(request, call) {
      if (call.version >= 1 && !patterns.ready) {
        await patterns.load();
        host.enter();
      }
      // Since version 1 members make their own id.
      const isUnnamed = request.memberId === '' && call.version === 0 && request.memberEpoch === 0;
      const answer = groups.coordinator.assigned.heartbeat(
        {
          kind: 'consumer',
          groupId: request.groupId,
          memberId: isUnnamed ? host.randomUuid() : request.memberId,
          memberEpoch: request.memberEpoch,
          instanceId: request.instanceId,
          rackId: request.rackId,
          rebalanceTimeoutMs: request.rebalanceTimeoutMs,
          subscribedNames: request.subscribedTopicNames,
          subscribedPattern: request.subscribedTopicRegex,
          assignor: request.serverAssignor,
          owned: request.topicPartitions === null ? null : partitionSet(request.topicPartitions),
          clientId: call.clientId ?? '',
          clientHost: `/${call.connection.remoteAddress}`,
        },
        visibleTopics(services, patterns, call.connection),
        assignedTimes('consumer', configs.ofGroup(request.groupId)),
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
