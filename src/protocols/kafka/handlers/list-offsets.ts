import type { TopicInfo } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { findLatestTimestamp, findOffsetByTimestamp, type OffsetAndTime } from '../records/offset-by-timestamp.js';
import { leaderEpochFault } from '../topics/leader-epoch.js';
import { listOffsets } from '../schema/list-offsets.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';

type Partition = RequestOf<typeof listOffsets>['topics'][number]['partitions'][number];
type Answer = ResponseOf<typeof listOffsets>['topics'][number]['partitions'][number];

/** Timestamps with a meaning of their own; others are times in ms. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;

const READ_COMMITTED = 1;

export function listOffsetsHandler(services: FrontServices): Handler {
  return defineHandler({
    api: listOffsets,
    served: '1-11',
    async handle(request, call) {
      const readCommitted = request.isolationLevel === READ_COMMITTED;
      const topics = [];
      for (const { name, partitions } of request.topics) {
        const answers: Answer[] = [];
        for (const partition of partitions) {
          const { topic, errorCode } = services.topics.find(name);
          if (topic === undefined) answers.push({ partitionIndex: partition.partitionIndex, errorCode });
          else answers.push(await answer(services, topic, partition, readCommitted, call.connection));
        }
        topics.push({ name, partitions: answers });
      }
      call.respond({ topics });
    },
  });
}

async function answer(
  services: FrontServices,
  topic: TopicInfo,
  asked: Partition,
  readCommitted: boolean,
  asker: Asker,
): Promise<Answer> {
  const { partitionIndex } = asked;
  const { host } = services;
  const state = services.topics.partition(topic, partitionIndex);
  if (state === undefined) return { partitionIndex, errorCode: ErrorCode.unknownTopicOrPartition };
  if (!services.access.mayTopic(asker, Operation.describe, topic.name)) {
    return { partitionIndex, errorCode: ErrorCode.topicAuthorizationFailed };
  }
  const fault = leaderEpochFault(state, asked.currentLeaderEpoch);
  if (fault !== undefined) return { partitionIndex, errorCode: fault };
  const { handle, leaderEpoch } = state;
  const upTo = readCommitted ? state.lastStable : state.highWatermark;
  const found = (offset: number, timestamp = -1): Answer => ({
    partitionIndex,
    errorCode: ErrorCode.none,
    offset,
    timestamp,
    leaderEpoch: offset < 0 ? -1 : leaderEpoch,
  });
  switch (asked.timestamp) {
    case LATEST:
      return found(upTo);
    case EARLIEST:
    case EARLIEST_LOCAL:
      return found(state.logStart);
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return found(-1);
    default: {
      const { logStart } = state;
      let entry: OffsetAndTime | undefined;
      if (asked.timestamp === MAX_TIMESTAMP) entry = await findLatestTimestamp(host, handle, logStart, upTo);
      else if (asked.timestamp < 0) return { partitionIndex, errorCode: ErrorCode.invalidRequest };
      else entry = await findOffsetByTimestamp(host, handle, asked.timestamp);
      host.enter();
      return entry === undefined || entry.offset >= upTo ? found(-1) : found(entry.offset, entry.timestampMs);
    }
  }
}
