import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { heartbeat } from '../schema/heartbeat.js';

export function heartbeatHandler({ host, groups }: FrontServices): Handler {
  return defineHandler({
    api: heartbeat,
    served: '0-4',
    handle(request, call) {
      const { groupId, memberId, groupInstanceId: instanceId, generationId: generation } = request;
      const claim = { memberId, instanceId, generation };
      call.respond({ errorCode: groupErrorCode(groups.coordinator.heartbeat(groupId, claim, host.broker.nowMs)) });
    },
  });
}
