import type { ProducerClaim } from '../../../core/index.js';
import { ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { transactionErrorCode } from '../groups/transaction-error-code.js';
import { defineHandler, type Handler } from '../handler.js';
import { addPartitionsToTxn } from '../schema/add-partitions-to-txn.js';
import type { Asker } from '../security/access.js';
import { Operation } from '../security/acl.js';

interface AskedTopic {
  readonly name: string;
  readonly partitions: readonly number[];
}

interface TopicResult {
  readonly name: string;
  readonly resultsByPartition: { readonly partitionIndex: number; readonly partitionErrorCode: number }[];
}

export function addPartitionsToTxnHandler(services: FrontServices): Handler {
  return defineHandler({
    api: addPartitionsToTxn,
    served: '0-5',
    handle(request, call) {
      const asker = call.connection;
      const knowsFencing = call.version >= 2;
      if (call.version < 4) {
        const { transactionalId, producerId, producerEpoch: epoch, topics } = request;
        const resultsByTopic = add(services, { transactionalId, producerId, epoch }, topics, asker, knowsFencing);
        services.groups.whenTransactionsStored(() => call.respond({ resultsByTopic, resultsByTransaction: [] }));
        return;
      }
      const resultsByTransaction = request.transactions.map(
        ({ transactionalId, producerId, producerEpoch: epoch, verifyOnly, topics }) => {
          const claim = { transactionalId, producerId, epoch };
          const topicResults = verifyOnly
            ? verify(services, claim, topics)
            : add(services, claim, topics, asker, knowsFencing);
          return { transactionalId, topicResults };
        },
      );
      services.groups.whenTransactionsStored(() => call.respond({ resultsByTopic: [], resultsByTransaction }));
    },
  });
}

/** All or nothing: where one partition cannot be added, the others are not attempted. */
function add(
  { host, topics, groups, access }: FrontServices,
  claim: ProducerClaim,
  asked: readonly AskedTopic[],
  asker: Asker,
  knowsFencing: boolean,
): TopicResult[] {
  const handles: number[] = [];
  const faultOf = (name: string, index: number): number => {
    const { topic, errorCode } = topics.find(name);
    if (topic === undefined) return errorCode;
    if (!access.mayTopic(asker, Operation.write, topic.name)) return ErrorCode.topicAuthorizationFailed;
    const handle = topics.partitionHandle(topic, index);
    if (handle < 0) return ErrorCode.unknownTopicOrPartition;
    handles.push(handle);
    return ErrorCode.none;
  };
  const faults = asked.map(({ name, partitions }) => partitions.map((index) => faultOf(name, index)));
  const isFaulty = faults.flat().some((code) => code !== ErrorCode.none);
  const common = isFaulty
    ? ErrorCode.operationNotAttempted
    : transactionErrorCode(groups.transactions.addPartitions(claim, handles, host.broker.nowMs), knowsFencing);
  return resultsOf(asked, (topic, place) => (faults[topic][place] === ErrorCode.none ? common : faults[topic][place]));
}

/** Tells which of the partitions are part of the producer's transaction, and changes nothing. */
function verify(
  { host, topics, groups }: FrontServices,
  claim: ProducerClaim,
  asked: readonly AskedTopic[],
): TopicResult[] {
  const known = groups.transactions.describe(claim.transactionalId);
  const isOpen = known?.producerId === claim.producerId && known.epoch === claim.epoch && known.state === 'ongoing';
  return resultsOf(asked, (topicPlace, place) => {
    const { topic } = topics.find(asked[topicPlace].name);
    const handle = topic === undefined ? -1 : topics.partitionHandle(topic, asked[topicPlace].partitions[place]);
    if (handle < 0) return ErrorCode.unknownTopicOrPartition;
    const isIn = isOpen && known.partitions.includes(host.broker.partition(handle).log);
    return isIn ? ErrorCode.none : ErrorCode.invalidTxnState;
  });
}

function resultsOf(asked: readonly AskedTopic[], codeOf: (topic: number, place: number) => number): TopicResult[] {
  return asked.map(({ name, partitions }, topic) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex, place) => ({
      partitionIndex,
      partitionErrorCode: codeOf(topic, place),
    })),
  }));
}
