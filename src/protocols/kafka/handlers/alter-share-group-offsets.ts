import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { alterShareGroupOffsets } from '../schema/alter-share-group-offsets.js';
import { ShareGroups } from '../share/share-groups.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

/** Lets an empty share group begin elsewhere: what it had settled or counted in the partition is forgotten. */
export function alterShareGroupOffsetsHandler({ host, groups, topics, shares }: FrontServices): Handler {
  return defineHandler({
    api: alterShareGroupOffsets,
    served: '0',
    handle({ groupId, topics: asked }, call) {
      const fault = ShareGroups.faultOfChange(groups, groupId);
      if (fault !== 'none') {
        call.respond({ errorCode: groupErrorCode(fault), responses: [] });
        return;
      }
      const config = shares.config(groupId);
      const responses = asked.map(({ topicName, partitions }) => {
        const { topic, errorCode } = topics.find(topicName);
        return {
          topicName,
          topicId: topic?.id ?? ZERO_UUID,
          partitions: partitions.map(({ partitionIndex, startOffset }) => {
            const handle = topic === undefined ? -1 : topics.partitionHandle(topic, partitionIndex);
            if (handle < 0) {
              const code = topic === undefined ? errorCode : ErrorCode.unknownTopicOrPartition;
              return { partitionIndex, errorCode: code };
            }
            if (startOffset < 0) return { partitionIndex, errorCode: ErrorCode.invalidRequest };
            shares.queues.begin(handle, groupId, startOffset, config);
            return { partitionIndex, errorCode: ErrorCode.none };
          }),
        };
      });
      host.whenStable(host.broker.flush, () => call.respond({ errorCode: ErrorCode.none, responses }));
    },
  });
}
