import type { AssignedDescription } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { assignedStateName } from '../groups/assigned-state-name.js';
import { namedPartitions } from '../groups/listed-partitions.js';
import { defineHandler, type Handler } from '../handler.js';
import { consumerGroupDescribe } from '../schema/consumer-group-describe.js';
import { OPERATIONS_NOT_ASKED } from '../schema/metadata.js';
import { Operation } from '../security/acl.js';
import type { TopicDirectory } from '../topics/topic-directory.js';
import type { ResponseOf } from '../wire/api.js';

type Answer = ResponseOf<typeof consumerGroupDescribe>['groups'][number];

/** What a member of the newer protocol is called in descriptions. */
const CONSUMER_MEMBER = 1;

export function consumerGroupDescribeHandler({ groups, topics, access }: FrontServices): Handler {
  return defineHandler({
    api: consumerGroupDescribe,
    served: '0-1',
    handle(request, call) {
      const described = request.groupIds.map((groupId) => {
        if (!access.mayGroup(call.connection, Operation.describe, groupId)) {
          return { ...unknown(groupId), errorCode: ErrorCode.groupAuthorizationFailed, errorMessage: null };
        }
        const authorizedOperations = request.includeAuthorizedOperations
          ? access.groupOperations(call.connection, groupId)
          : OPERATIONS_NOT_ASKED;
        const group = groups.coordinator.assigned.describe(groupId);
        const answer = group?.kind === 'consumer' ? describe(group, topics) : unknown(groupId);
        return { ...answer, authorizedOperations };
      });
      call.respond({ groups: described });
    },
  });
}

function describe(group: AssignedDescription, topics: TopicDirectory): Answer {
  return {
    errorCode: ErrorCode.none,
    groupId: group.groupId,
    groupState: assignedStateName(group.state),
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: group.assignor,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      rackId: member.rackId,
      memberEpoch: member.memberEpoch,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: member.subscribedNames,
      subscribedTopicRegex: member.subscribedPattern,
      assignment: { topicPartitions: namedPartitions(member.assignment, topics) },
      targetAssignment: { topicPartitions: namedPartitions(member.target, topics) },
      memberType: CONSUMER_MEMBER,
    })),
  };
}

function unknown(groupId: string): Answer {
  return {
    errorCode: ErrorCode.groupIdNotFound,
    errorMessage: `Group ${groupId} is not a consumer group.`,
    groupId,
    groupState: 'Dead',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  };
}
