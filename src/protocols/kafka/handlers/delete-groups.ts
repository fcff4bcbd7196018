import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { deleteGroups } from '../schema/delete-groups.js';
import { Operation } from '../security/acl.js';

export function deleteGroupsHandler({ host, groups, shares, access }: FrontServices): Handler {
  return defineHandler({
    api: deleteGroups,
    served: '0-2',
    handle(request, call) {
      const results = request.groupsNames.map((groupId) => {
        if (!access.mayGroup(call.connection, Operation.delete, groupId)) {
          return { groupId, errorCode: ErrorCode.groupAuthorizationFailed };
        }
        const isShared = groups.coordinator.assigned.find(groupId)?.kind === 'share';
        const error = groups.coordinator.delete(groupId);
        if (isShared && error === 'none') shares.queues.removeGroup(groupId);
        return { groupId, errorCode: groupErrorCode(error) };
      });
      host.whenStable(host.broker.flush, () => call.respond({ results }));
    },
  });
}
