import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { subscribedTopics } from '../groups/subscribed-topics.js';
import { defineHandler, type Handler } from '../handler.js';
import { offsetDelete } from '../schema/offset-delete.js';

/** Forgets single offsets of a group (KIP-496), but of no topic that its members are reading. */
export function offsetDeleteHandler({ groups, topics }: FrontServices): Handler {
  return defineHandler({
    api: offsetDelete,
    served: '0',
    handle({ groupId, topics: asked }, call) {
      const ids = asked.map(({ name }) => topics.find(name).topic?.id);
      const wanted = asked.flatMap(({ partitions }, index) => {
        const topic = ids[index];
        return topic === undefined
          ? []
          : partitions.map(({ partitionIndex }) => ({ topic, partition: partitionIndex }));
      });
      const group = groups.coordinator.describe(groupId);
      const assigned = groups.coordinator.assigned.find(groupId)?.subscribedNames() ?? null;
      const read = group === undefined ? assigned : subscribedTopics(group);
      const readIds = read === null ? null : new Set([...read].map((name) => topics.find(name).topic?.id ?? ''));
      const answer = groups.coordinator.offsets.delete(groupId, wanted, readIds);
      if (answer.error !== 'none') {
        call.respond({ errorCode: groupErrorCode(answer.error), topics: [] });
        return;
      }
      let next = 0;
      const results = asked.map(({ name, partitions }, index) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode:
            ids[index] === undefined
              ? ErrorCode.unknownTopicOrPartition
              : groupErrorCode(answer.partitions[next++] ?? 'none'),
        })),
      }));
      groups.whenStored(() => call.respond({ errorCode: ErrorCode.none, topics: results }));
    },
  });
}
