import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { joinGroup } from '../schema/join-group.js';

export function joinGroupHandler({ host, groups }: FrontServices): Handler {
  return defineHandler({
    api: joinGroup,
    served: '0-9',
    handle(request, call) {
      const clientId = call.clientId ?? '';
      groups.join(
        {
          groupId: request.groupId,
          memberId: request.memberId,
          newMemberId: `${request.groupInstanceId ?? clientId}-${host.randomUuid()}`,
          instanceId: request.groupInstanceId,
          clientId,
          clientHost: `/${call.connection.remoteAddress}`,
          sessionTimeoutMs: request.sessionTimeoutMs,
          rebalanceTimeoutMs: request.rebalanceTimeoutMs,
          protocolType: request.protocolType,
          protocols: request.protocols,
          memberIdRequired: call.version >= 4,
          canSkipAssignment: call.version >= 9,
        },
        (answer) =>
          call.respond({
            errorCode: groupErrorCode(answer.error),
            generationId: answer.generation,
            protocolType: answer.protocolType,
            // Null became legal with version 7; before, "none" is the empty string.
            protocolName: answer.protocol ?? (call.version >= 7 ? null : ''),
            leader: answer.leader,
            skipAssignment: answer.skipAssignment,
            memberId: answer.memberId,
            members: answer.members.map(({ memberId, instanceId, metadata }) => ({
              memberId,
              groupInstanceId: instanceId,
              metadata,
            })),
          }),
      );
    },
  });
}
