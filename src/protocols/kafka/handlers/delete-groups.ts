import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { deleteGroups } from '../schema/delete-groups.js';
import { Operation } from '../security/acl.js';

export function deleteGroupsHandler({ groups, access }: FrontServices): Handler {
  return defineHandler({
    api: deleteGroups,
    served: '0-2',
    handle(request, call) {
      const results = request.groupsNames.map((groupId) => ({
        groupId,
        errorCode: access.mayGroup(call.connection, Operation.delete, groupId)
          ? groupErrorCode(groups.coordinator.delete(groupId))
          : ErrorCode.groupAuthorizationFailed,
      }));
      groups.whenStored(() => call.respond({ results }));
    },
  });
}
