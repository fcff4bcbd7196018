import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { deleteShareGroupOffsets } from '../schema/delete-share-group-offsets.js';
import { ShareGroups } from '../share/share-groups.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

/** Forgets where an empty share group stands in topics. */
export function deleteShareGroupOffsetsHandler({ host, groups, topics, shares }: FrontServices): Handler {
  return defineHandler({
    api: deleteShareGroupOffsets,
    served: '0',
    handle({ groupId, topics: asked }, call) {
      const fault = ShareGroups.faultOfChange(groups, groupId);
      if (fault !== 'none') {
        call.respond({ errorCode: groupErrorCode(fault), responses: [] });
        return;
      }
      const responses = asked.map(({ topicName }) => {
        const { topic, errorCode } = topics.find(topicName);
        for (const handle of topic?.partitionHandles ?? []) shares.queues.remove(handle, groupId);
        return { topicName, topicId: topic?.id ?? ZERO_UUID, errorCode };
      });
      host.whenStable(host.broker.flush, () => call.respond({ errorCode: ErrorCode.none, responses }));
    },
  });
}
