import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { type Call, defineHandler, type Handler } from '../handler.js';
import { shareFetch } from '../schema/share-fetch.js';
import { Operation } from '../security/acl.js';
import { acknowledge, renews } from '../share/acknowledgements.js';
import { acquiredRecords, type Shared, ShareFetching } from '../share/share-fetching.js';
import type { SharedPartition } from '../share/share-session.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';

type Request = RequestOf<typeof shareFetch>;
type PartitionAnswer = ResponseOf<typeof shareFetch>['responses'][number]['partitions'][number];

/** Takes records for a member of a share group, after what it says of those that it has (KIP-932). */
export function shareFetchHandler(services: FrontServices): Handler {
  return defineHandler({
    api: shareFetch,
    served: '1-2',
    async handle(request, call) {
      const { host, shares, nodes } = services;
      const groupId = request.groupId ?? '';
      const memberId = request.memberId ?? '';
      const fault = requestFault(request);
      if (fault !== ErrorCode.none) {
        refuse(call, fault);
        return;
      }
      const found = shares.sessions.enter(call.connection, groupId, memberId, request.shareSessionEpoch);
      if (found.session === undefined) {
        refuse(call, found.errorCode);
        return;
      }
      const { session, isLast } = found;
      const config = shares.config(groupId);
      const answers = new AnswerTable();
      const renewMs = request.isRenewAck && config.mayRenew ? config.lockMs : 0;
      for (const { topicId, partitions } of request.topics) {
        for (const { partitionIndex: index, acknowledgementBatches: batches } of partitions) {
          const errorCode = partitionFault(services, call, topicId, index);
          if (errorCode !== ErrorCode.none) {
            answers.at(topicId, index).errorCode = errorCode;
            continue;
          }
          if (!isLast) session.add(topicId, index);
          if (batches.length === 0) continue;
          const queue = shares.findQueue(groupId, topicId, index);
          answers.at(topicId, index).acknowledgeErrorCode =
            queue < 0
              ? ErrorCode.invalidRecordState
              : acknowledge(host, queue, session.find(topicId, index), batches, renewMs);
        }
      }
      for (const { topicId, partitions } of request.forgottenTopicsData) {
        for (const index of partitions) session.remove(topicId, index);
      }
      const acknowledgedIn = host.broker.flush;
      let shared: readonly Shared[] = [];
      if (isLast) shares.sessions.close(call.connection, groupId, memberId);
      else if (!request.isRenewAck) {
        const fetching = new ShareFetching(host, shares, session, config, {
          maxRecords: request.maxRecords > 0 ? request.maxRecords : config.maxLocks,
          maxBytes: Math.min(request.maxBytes, services.options.maxFetchBytes),
          waitMs: answers.isEmpty ? request.maxWaitMs : 0,
        });
        call.onAbandoned(() => fetching.abandon());
        shared = await fetching.run(placesOf(services, session.partitions(), answers));
      }
      for (const { partition, holds, batches, leaderEpoch } of shared) {
        const answer = answers.at(partition.topicId, partition.index);
        answer.acquiredRecords = acquiredRecords(holds);
        answer.records = batches.map((buffer) => ({ buffer, start: 0, end: buffer.length }));
        answer.currentLeader = {
          leaderId: nodes.leaderOf(partition.topicId, partition.index),
          leaderEpoch,
        };
      }
      host.whenStable(acknowledgedIn, () =>
        call.respond({
          errorCode: ErrorCode.none,
          acquisitionLockTimeoutMs: config.lockMs,
          responses: answers.topics(),
          nodeEndpoints: [],
        }),
      );
    },
  });
}

function requestFault(request: Request): number {
  if ((request.groupId ?? '') === '' || (request.memberId ?? '') === '') return ErrorCode.invalidRequest;
  const batches = request.topics.flatMap(({ partitions }) => partitions.flatMap((p) => p.acknowledgementBatches));
  if (request.shareSessionEpoch === 0 && batches.length > 0) return ErrorCode.invalidRequest;
  return renews(batches) && !request.isRenewAck ? ErrorCode.invalidRequest : ErrorCode.none;
}

/** Why the client cannot read the partition. */
export function partitionFault(
  { topics, access }: FrontServices,
  call: Pick<Call<unknown>, 'connection'>,
  topicId: string,
  index: number,
): number {
  const { topic, errorCode } = topics.findById(topicId);
  if (topic === undefined) return errorCode;
  if (!access.mayTopic(call.connection, Operation.read, topic.name)) return ErrorCode.topicAuthorizationFailed;
  return topics.partitionHandle(topic, index) < 0 ? ErrorCode.unknownTopicOrPartition : ErrorCode.none;
}

/** The partitions that are there; the others are answered with what became of them. */
function placesOf(
  { topics }: FrontServices,
  partitions: readonly SharedPartition[],
  answers: AnswerTable,
): (readonly [SharedPartition, number])[] {
  const places: (readonly [SharedPartition, number])[] = [];
  for (const partition of partitions) {
    const { topic, errorCode } = topics.findById(partition.topicId);
    if (topic === undefined) answers.at(partition.topicId, partition.index).errorCode = errorCode;
    else places.push([partition, topics.partitionHandle(topic, partition.index)]);
  }
  return places;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Answers of partitions, made where there is something to say. */
class AnswerTable {
  readonly #topics = new Map<string, Map<number, Mutable<PartitionAnswer>>>();

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  at(topicId: string, partitionIndex: number): Mutable<PartitionAnswer> {
    let partitions = this.#topics.get(topicId);
    if (partitions === undefined) this.#topics.set(topicId, (partitions = new Map()));
    let answer = partitions.get(partitionIndex);
    if (answer === undefined) {
      answer = {
        partitionIndex,
        errorCode: ErrorCode.none,
        acknowledgeErrorCode: ErrorCode.none,
        currentLeader: { leaderId: -1, leaderEpoch: -1 },
        records: [],
        acquiredRecords: [],
      };
      partitions.set(partitionIndex, answer);
    }
    return answer;
  }

  topics(): ResponseOf<typeof shareFetch>['responses'] {
    return [...this.#topics].map(([topicId, partitions]) => ({ topicId, partitions: [...partitions.values()] }));
  }
}

function refuse(call: Call<typeof shareFetch>, errorCode: number): void {
  call.respond({ errorCode, acquisitionLockTimeoutMs: 0, responses: [], nodeEndpoints: [] });
}
