import type { FrontServices } from '../front-services.js';
import { ErrorCode } from '../error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { leaveGroup } from '../schema/leave-group.js';

export function leaveGroupHandler({ host, groups }: FrontServices): Handler {
  return defineHandler({
    api: leaveGroup,
    served: '0-5',
    handle(request, call) {
      const leaving =
        call.version >= 3
          ? request.members.map(({ memberId, groupInstanceId }) => ({ memberId, instanceId: groupInstanceId }))
          : [{ memberId: request.memberId, instanceId: null }];
      const errors = groups.coordinator.leave(request.groupId, leaving, host.broker.nowMs).map(groupErrorCode);
      groups.whenStored(() => {
        if (call.version < 3) {
          call.respond({ errorCode: errors[0], members: [] });
          return;
        }
        if (request.groupId === '') {
          call.respond({ errorCode: ErrorCode.invalidGroupId, members: [] });
          return;
        }
        const members = leaving.map(({ memberId, instanceId }, index) => ({
          memberId,
          groupInstanceId: instanceId,
          errorCode: errors[index],
        }));
        call.respond({ errorCode: ErrorCode.none, members });
      });
    },
  });
}
