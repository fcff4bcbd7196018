import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { syncGroup } from '../schema/sync-group.js';

export function syncGroupHandler({ groups }: FrontServices): Handler {
  return defineHandler({
    api: syncGroup,
    served: '0-5',
    handle(request, call) {
      groups.sync(
        {
          groupId: request.groupId,
          memberId: request.memberId,
          instanceId: request.groupInstanceId,
          generation: request.generationId,
          protocolType: request.protocolType,
          protocol: request.protocolName,
          assignments: request.assignments,
        },
        ({ error, protocolType, protocol, assignment }) =>
          call.respond({ errorCode: groupErrorCode(error), protocolType, protocolName: protocol, assignment }),
      );
    },
  });
}
