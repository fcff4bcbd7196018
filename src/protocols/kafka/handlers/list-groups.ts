import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupStateName } from '../groups/group-state-name.js';
import { listGroups } from '../schema/list-groups.js';
import { Operation } from '../security/acl.js';

const GROUP_TYPE = 'classic';

export function listGroupsHandler({ groups, access }: FrontServices): Handler {
  return defineHandler({
    api: listGroups,
    served: '0-5',
    handle(request, call) {
      const states = lowerCase(request.statesFilter);
      const types = lowerCase(request.typesFilter);
      const listed = groups.coordinator
        .list()
        .filter(({ groupId }) => access.mayGroup(call.connection, Operation.describe, groupId))
        .map(({ groupId, protocolType, state }) => ({
          groupId,
          protocolType,
          groupState: groupStateName(state),
          groupType: GROUP_TYPE,
        }))
        .filter(({ groupState }) => states.size === 0 || states.has(groupState.toLowerCase()))
        .filter(({ groupType }) => types.size === 0 || types.has(groupType));
      call.respond({ errorCode: ErrorCode.none, groups: listed });
    },
  });
}

function lowerCase(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
