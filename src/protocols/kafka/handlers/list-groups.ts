import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { assignedStateName } from '../groups/assigned-state-name.js';
import { groupStateName } from '../groups/group-state-name.js';
import { defineHandler, type Handler } from '../handler.js';
import { listGroups } from '../schema/list-groups.js';
import { Operation } from '../security/acl.js';

export function listGroupsHandler({ groups, access }: FrontServices): Handler {
  return defineHandler({
    api: listGroups,
    served: '0-5',
    handle(request, call) {
      const states = lowerCase(request.statesFilter);
      const types = lowerCase(request.typesFilter);
      const { coordinator } = groups;
      const classic = coordinator.list().map(({ groupId, protocolType, state }) => ({
        groupId,
        protocolType,
        groupState: groupStateName(state),
        groupType: 'classic',
      }));
      const assigned = coordinator.assigned.list().map(({ id, kind, state }) => ({
        groupId: id,
        protocolType: kind,
        groupState: assignedStateName(state),
        groupType: kind,
      }));
      const listed = [...classic, ...assigned]
        .filter(({ groupId }) => access.mayGroup(call.connection, Operation.describe, groupId))
        .filter(({ groupState }) => states.size === 0 || states.has(groupState.toLowerCase()))
        .filter(({ groupType }) => types.size === 0 || types.has(groupType));
      call.respond({ errorCode: ErrorCode.none, groups: listed });
    },
  });
}

function lowerCase(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
