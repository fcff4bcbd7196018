import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeShareGroupOffsets } from '../schema/describe-share-group-offsets.js';
import { Operation } from '../security/acl.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

type Asked = RequestOf<typeof describeShareGroupOffsets>['groups'][number];
type Answer = ResponseOf<typeof describeShareGroupOffsets>['groups'][number];

/** Where share groups stand: the first record that is not settled, and how many are not. */
export function describeShareGroupOffsetsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: describeShareGroupOffsets,
    served: '0-1',
    handle(request, call) {
      const { access } = services;
      const groups = request.groups.map((asked) =>
        access.mayGroup(call.connection, Operation.describe, asked.groupId)
          ? describe(services, asked)
          : { groupId: asked.groupId, topics: [], errorCode: ErrorCode.groupAuthorizationFailed },
      );
      call.respond({ groups });
    },
  });
}

function describe(services: FrontServices, { groupId, topics: asked }: Asked): Answer {
  const { groups, topics, shares } = services;
  if (groups.coordinator.assigned.find(groupId)?.kind !== 'share') {
    const errorMessage = `Group ${groupId} is not a share group.`;
    return { groupId, topics: [], errorCode: ErrorCode.groupIdNotFound, errorMessage };
  }
  const places = asked ?? allPlaces(services, groupId);
  return {
    groupId,
    errorCode: ErrorCode.none,
    topics: places.map(({ topicName, partitions }) => {
      const { topic, errorCode } = topics.find(topicName);
      return {
        topicName,
        topicId: topic?.id ?? ZERO_UUID,
        partitions: partitions.map((partitionIndex) => {
          const partition = topic === undefined ? undefined : topics.partition(topic, partitionIndex);
          if (partition === undefined) {
            const code = topic === undefined ? errorCode : ErrorCode.unknownTopicOrPartition;
            return { partitionIndex, startOffset: -1, leaderEpoch: -1, errorCode: code };
          }
          const standing = shares.queues.standing(partition.handle, groupId);
          return {
            partitionIndex,
            startOffset: standing?.startOffset ?? -1,
            leaderEpoch: standing === undefined ? -1 : partition.leaderEpoch,
            lag: standing?.lag ?? -1,
            errorCode: ErrorCode.none,
          };
        }),
      };
    }),
  };
}

/** Every partition in which the group has a place. */
function allPlaces(
  { host, topics }: FrontServices,
  groupId: string,
): { readonly topicName: string; readonly partitions: readonly number[] }[] {
  const places = new Map<string, number[]>();
  for (const queue of host.broker.sharesOf(groupId)) {
    const { topic, index } = host.broker.partition(host.broker.queue(queue).partition);
    const name = topics.spelling(host.broker.topic(topic));
    const indexes = places.get(name);
    if (indexes === undefined) places.set(name, [index]);
    else indexes.push(index);
  }
  return [...places].map(([topicName, partitions]) => ({ topicName, partitions }));
}
