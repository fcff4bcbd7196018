import type { FetchedOffset } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { groupErrorCode } from '../groups/group-error-code.js';
import { offsetFetch } from '../schema/offset-fetch.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
import type { ResponseOf } from '../wire/api.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

type TopicAnswer = ResponseOf<typeof offsetFetch>['groups'][number]['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

interface AskedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitionIndexes: readonly number[];
}

/** A group that nobody knows has committed nothing; that is no error, here as in Kafka. */
export function offsetFetchHandler(services: FrontServices): Handler {
  return defineHandler({
    api: offsetFetch,
    served: '1-10',
    handle(request, call) {
      if (call.version < 8) {
        if (!mayFetch(services, request.groupId, call.connection)) {
          call.respond({ topics: [], groups: [], errorCode: ErrorCode.groupAuthorizationFailed });
          return;
        }
        const asked = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
        const topics = fetch(services, request.groupId, asked, request.requireStable, false);
        services.groups.whenStored(() => call.respond({ topics, groups: [] }));
        return;
      }
      const groups = request.groups.map(({ groupId, memberId, memberEpoch, topics }) => {
        if (!mayFetch(services, groupId, call.connection)) {
          return { groupId, topics: [], errorCode: ErrorCode.groupAuthorizationFailed };
        }
        const errorCode = memberFault(services, groupId, memberId, memberEpoch);
        if (errorCode !== ErrorCode.none) return { groupId, topics: [], errorCode };
        return { groupId, topics: fetch(services, groupId, topics, request.requireStable, call.version >= 10) };
      });
      services.groups.whenStored(() => call.respond({ topics: [], groups }));
    },
  });
}

/** Members of the newer kind of group say who they are, and are told when they are not up to date (KIP-848). */
function memberFault(services: FrontServices, groupId: string, memberId: string | null, memberEpoch: number): number {
  if (memberId === null && memberEpoch < 0) return ErrorCode.none;
  const claim = { memberId: memberId ?? '', instanceId: null, generation: memberEpoch };
  const error = services.groups.coordinator.assigned.checkOffsets(groupId, claim);
  return error === 'group-not-found' ? ErrorCode.none : groupErrorCode(error);
}

function mayFetch({ access }: FrontServices, groupId: string, asker: Asker): boolean {
  return access.mayGroup(asker, Operation.describe, groupId);
}

/** @param asked null for all that the group has committed */
function fetch(
  services: FrontServices,
  groupId: string,
  asked: readonly AskedTopic[] | null,
  requireStable: boolean,
  byId: boolean,
): TopicAnswer[] {
  if (asked === null) return fetchAll(services, groupId, requireStable);
  const { offsets } = services.groups.coordinator;
  return asked.map(({ name, topicId, partitionIndexes }) => {
    const { topic, errorCode } = byId ? services.topics.findById(topicId) : services.topics.find(name);
    if (topic === undefined) {
      // By name, a topic that does not exist has no offsets, which is no error; an id that is unknown is one.
      const code = byId ? errorCode : ErrorCode.none;
      return { name, topicId, partitions: partitionIndexes.map((index) => nothingCommitted(index, code)) };
    }
    const wanted = partitionIndexes.map((partition) => ({ topic: topic.id, partition }));
    return { name, topicId, partitions: offsets.fetch(groupId, wanted, requireStable).map(describe) };
  });
}

function fetchAll(services: FrontServices, groupId: string, requireStable: boolean): TopicAnswer[] {
  const byTopic = new Map<string, FetchedOffset[]>();
  for (const offset of services.groups.coordinator.offsets.fetchAll(groupId, requireStable)) {
    const partitions = byTopic.get(offset.topic);
    if (partitions === undefined) byTopic.set(offset.topic, [offset]);
    else partitions.push(offset);
  }
  const answers: TopicAnswer[] = [];
  for (const [topicId, partitions] of byTopic) {
    const { topic } = services.topics.findById(topicId);
    if (topic === undefined) continue; // deleted; what was committed for it means nothing any more
    answers.push({ name: services.topics.spelling(topic), topicId, partitions: partitions.map(describe) });
  }
  return answers;
}

function describe({ partition, error, offset, leaderEpoch, metadata }: FetchedOffset): PartitionAnswer {
  return {
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: groupErrorCode(error),
  };
}

function nothingCommitted(partitionIndex: number, errorCode: number): PartitionAnswer {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode };
}
