import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { deleteGroups } from '../schema/delete-groups.js';

export function deleteGroupsHandler({ groups }: FrontServices): Handler {
  return defineHandler({
    api: deleteGroups,
    served: '0-2',
    handle(request, call) {
      const results = request.groupsNames.map((groupId) => ({
        groupId,
        errorCode: groupErrorCode(groups.coordinator.delete(groupId)),
      }));
      groups.whenStored(() => call.respond({ results }));
    },
  });
}
