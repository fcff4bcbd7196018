import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { defineHandler, type Handler } from '../handler.js';
import { describeProducers } from '../schema/describe-producers.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';
import type { ResponseOf } from '../wire/api.js';

type Answer = ResponseOf<typeof describeProducers>['topics'][number]['partitions'][number];

/** Who produces into partitions with an id: idempotent producers, and those in transactions. */
export function describeProducersHandler(services: FrontServices): Handler {
  return defineHandler({
    api: describeProducers,
    served: '0-0',
    handle(request, call) {
      const topics = request.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((index) => describe(services, name, index, call.connection)),
      }));
      call.respond({ topics });
    },
  });
}

function describe(services: FrontServices, name: string, partitionIndex: number, asker: Asker): Answer {
  const failed = (errorCode: number): Answer => ({ partitionIndex, errorCode, activeProducers: [] });
  const { topic, errorCode } = services.topics.find(name);
  if (topic === undefined) return failed(errorCode);
  if (!services.access.mayTopic(asker, Operation.read, topic.name)) return failed(ErrorCode.topicAuthorizationFailed);
  const handle = services.topics.partitionHandle(topic, partitionIndex);
  if (handle < 0) return failed(ErrorCode.unknownTopicOrPartition);
  const activeProducers = services.groups.transactions.producersOf(handle).map((producer) => ({
    producerId: producer.producerId,
    producerEpoch: producer.epoch,
    lastSequence: producer.lastSequence,
    lastTimestampMs: producer.lastMs,
    coordinatorEpoch: producer.firstOpenOffset < 0 ? -1 : 0,
    currentTxnStartOffset: producer.firstOpenOffset,
  }));
  return { partitionIndex, errorCode: ErrorCode.none, activeProducers };
}
