import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { offsetCommit } from '../schema/offset-commit.js';
import { Operation } from '../security/acl.js';
import { groupOffsetsByTopic } from '../groups/offsets-to-commit.js';

export function offsetCommitHandler({ host, groups, topics, access }: FrontServices): Handler {
  return defineHandler({
    api: offsetCommit,
    served: '2-10',
    handle(request, call) {
      const { groupId, memberId, groupInstanceId: instanceId, generationId: generation } = request;
      const plan = groupOffsetsByTopic(request.topics, (asked) => {
        const found = call.version >= 10 ? topics.findById(asked.topicId) : topics.find(asked.name);
        if (found.topic === undefined) return found;
        const allowed = access.mayTopic(call.connection, Operation.read, found.topic.name);
        return allowed ? found : { topic: undefined, errorCode: ErrorCode.topicAuthorizationFailed };
      });
      const claim = { groupId, memberId, instanceId, generation, offsets: plan.offsets };
      const errors = groups.coordinator.offsets.commit(claim, host.broker.nowMs).map(groupErrorCode);
      groups.whenStored(() => call.respond({ topics: plan.answer(errors) }));
    },
  });
}
