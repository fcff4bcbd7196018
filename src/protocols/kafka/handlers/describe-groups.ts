import type { GroupDescription } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupStateName } from '../groups/group-state-name.js';
import { describeGroups } from '../schema/describe-groups.js';
import { OPERATIONS_NOT_ASKED } from '../schema/metadata.js';
import { Operation } from '../security/acl.js';
import type { ResponseOf } from '../wire/api.js';

type Answer = ResponseOf<typeof describeGroups>['groups'][number];

export function describeGroupsHandler({ groups, access }: FrontServices): Handler {
  return defineHandler({
    api: describeGroups,
    served: '0-6',
    handle(request, call) {
      const described = request.groups.map((groupId) => {
        if (!access.mayGroup(call.connection, Operation.describe, groupId)) return refused(groupId);
        const group = groups.coordinator.describe(groupId);
        const answer = group === undefined ? unknown(groupId, call.version) : describe(group);
        const authorizedOperations = request.includeAuthorizedOperations
          ? access.groupOperations(call.connection, groupId)
          : OPERATIONS_NOT_ASKED;
        return { ...answer, authorizedOperations };
      });
      call.respond({ groups: described });
    },
  });
}

function describe({ groupId, state, protocolType, protocol, members }: GroupDescription): Answer {
  return {
    errorCode: ErrorCode.none,
    groupId,
    groupState: groupStateName(state),
    protocolType,
    protocolData: protocol,
    members: members.map(({ memberId, instanceId, clientId, clientHost, metadata, assignment }) => ({
      memberId,
      groupInstanceId: instanceId,
      clientId,
      clientHost,
      memberMetadata: metadata,
      memberAssignment: assignment,
    })),
  };
}

function refused(groupId: string): Answer {
  return {
    errorCode: ErrorCode.groupAuthorizationFailed,
    groupId,
    groupState: '',
    protocolType: '',
    protocolData: '',
    members: [],
  };
}

/** Before version 6 a group that does not exist is described as dead, without an error (KIP-1043). */
function unknown(groupId: string, version: number): Answer {
  const told = version >= 6;
  return {
    errorCode: told ? ErrorCode.groupIdNotFound : ErrorCode.none,
    errorMessage: told ? `Group ${groupId} not found.` : null,
    groupId,
    groupState: groupStateName('dead'),
    protocolType: '',
    protocolData: '',
    members: [],
  };
}
