import {
  batchBaseTimestampMs,
  batchCodec,
  batchMaxTimestampMs,
  batchProducerEpoch,
  batchProducerId,
  CODEC_ZSTD,
  findRecordBatchFault,
  type RecordBatchFault,
} from '../../../bytes/index.js';
import { BrokerError, type TopicInfo } from '../../../core/index.js';
import type { ClientConnection } from '../connection/client-connection.js';
import { codeOf, ErrorCode } from '../error-code.js';
import type { FrontServices } from '../front-services.js';
import { transactionErrorCode } from '../groups/transaction-error-code.js';
import { type Call, defineHandler, type Handler } from '../handler.js';
import { findKeylessRecords } from '../records/keyless-records.js';
import { produce } from '../schema/produce.js';
import { Operation } from '../security/acl.js';
import { DEFAULT_MAX_MESSAGE_BYTES } from '../topics/topic-config.js';
import type { RequestOf, ResponseOf } from '../wire/api.js';
import type { Records } from '../wire/field.js';

type PartitionAnswer = ResponseOf<typeof produce>['responses'][number]['partitionResponses'][number];

/** Old enough that zstd was not known yet (KIP-110). */
const FIRST_VERSION_WITH_ZSTD = 7;

const CODE_OF_FAULT: Readonly<Record<RecordBatchFault, number>> = {
  'cut-short': ErrorCode.corruptMessage,
  'more-than-one-batch': ErrorCode.invalidRecord,
  'unsupported-magic': ErrorCode.invalidRecord,
  'bad-checksum': ErrorCode.corruptMessage,
  'bad-offsets': ErrorCode.invalidRecord,
  'bad-attributes': ErrorCode.unsupportedCompressionType,
  'bad-timestamp': ErrorCode.invalidRecord,
  'control-batch': ErrorCode.invalidRecord,
  'bad-producer': ErrorCode.invalidRecord,
};

/** Transactional producers that use this version do not announce the partition first (KIP-890). */
const FIRST_VERSION_THAT_ADDS_PARTITIONS = 12;

/** What is known of one partition's append before its flush is stable. */
interface Appended {
  readonly answer: PartitionAnswer;
  /** To be stable before the answer; 0: nothing to wait for. */
  readonly flush: number;
}

/**
 * Appends one batch per partition as it came, compressed or not, and answers when all of them are stable. Versions 0
 * to 2 carry an older record format and are not served, yet they are advertised: librdkafka before 2.11 takes the
 * absence of version 0 for a broker that knows no compression, and Kafka itself names them for that reason.
 */
export function produceHandler(services: FrontServices): Handler {
  /** By connection, what has not been appended yet because its records had to be looked into. */
  const unfinished = new WeakMap<ClientConnection, Promise<void>>();
  return defineHandler({
    api: produce,
    served: '3-13',
    advertised: '0-13',
    handle(request, call) {
      const { connection } = call;
      const order = { waited: false };
      const before = unfinished.get(connection);
      const done =
        before === undefined
          ? handleInTurn(services, request, call, order)
          : before.then(() => handleInTurn(services, request, call, order));
      if (before === undefined && !order.waited) return done;
      // A producer's batches are appended in the order in which it sent them.
      const turn = done.finally(() => {
        if (unfinished.get(connection) === turn) unfinished.delete(connection);
      });
      unfinished.set(connection, turn);
      return turn;
    },
  });
}

/** @param order told when something had to be waited for */
async function handleInTurn(
  services: FrontServices,
  request: RequestOf<typeof produce>,
  call: Call<typeof produce>,
  order: { waited: boolean },
): Promise<void> {
  const { host } = services;
  const { acks } = request;
  const acksAreValid = acks === -1 || acks === 0 || acks === 1;
  let flush = 0;
  let failed = false;
  let sizeBytes = 0;
  const responses: ResponseOf<typeof produce>['responses'][number][] = [];
  for (const { name, topicId, partitionData } of request.topicData) {
    const found = call.version >= 13 ? services.topics.findById(topicId) : services.topics.find(name);
    const partitionResponses: PartitionAnswer[] = [];
    for (const { index, records } of partitionData) {
      let appended: Appended;
      sizeBytes += records === null ? 0 : records[0].end - records[0].start;
      if (!acksAreValid) appended = refused(index, ErrorCode.invalidRequiredAcks);
      else if (found.topic === undefined) appended = refused(index, found.errorCode);
      else {
        const pending = append(services, found.topic, index, records, request.transactionalId, call);
        order.waited ||= pending instanceof Promise;
        appended = pending instanceof Promise ? await pending : pending;
      }
      partitionResponses.push(appended.answer);
      flush = Math.max(flush, appended.flush);
      failed ||= appended.answer.errorCode !== ErrorCode.none;
    }
    responses.push({ name, topicId, partitionResponses });
  }
  call.charge('produce', sizeBytes);
  if (host.congested) host.whenRelieved(call.connection.holdReading());
  if (acks !== 0) host.whenStable(flush, () => call.respond({ responses }));
  else if (failed) call.connection.fail('a produce request that wants no answer failed');
  else call.respondNothing();
}

function append(
  services: FrontServices,
  topic: TopicInfo,
  index: number,
  records: Records | null,
  transactionalId: string | null,
  call: Call<typeof produce>,
): Appended | Promise<Appended> {
  const partition = services.topics.partitionHandle(topic, index);
  if (partition < 0) return refused(index, ErrorCode.unknownTopicOrPartition);
  if (!services.access.mayTopic(call.connection, Operation.write, topic.name)) {
    return refused(index, ErrorCode.topicAuthorizationFailed);
  }
  if (transactionalId !== null && !services.access.mayTransact(call.connection, Operation.write, transactionalId)) {
    return refused(index, ErrorCode.transactionalIdAuthorizationFailed);
  }
  const slice = records?.[0];
  if (slice === undefined) return refused(index, ErrorCode.invalidRecord, 'No record batch');
  const { buffer, start, end } = slice;
  if (end - start > (topic.settings.maxBatchBytes ?? DEFAULT_MAX_MESSAGE_BYTES)) {
    return refused(index, ErrorCode.messageTooLarge);
  }
  const fault = findRecordBatchFault(buffer, start, end);
  if (fault !== undefined) return refused(index, CODE_OF_FAULT[fault], `The record batch is not acceptable: ${fault}`);
  if (batchCodec(buffer, start) === CODEC_ZSTD && call.version < FIRST_VERSION_WITH_ZSTD) {
    return refused(index, ErrorCode.unsupportedCompressionType);
  }
  const early = timestampFault(services, topic, buffer, start);
  if (early !== undefined) return refused(index, ErrorCode.invalidTimestamp, early);
  const batch = buffer.subarray(start, end);
  if (transactionalId !== null && call.version >= FIRST_VERSION_THAT_ADDS_PARTITIONS) {
    const claim = { transactionalId, producerId: batchProducerId(batch, 0), epoch: batchProducerEpoch(batch, 0) };
    const error = services.groups.transactions.addPartitions(claim, [partition], services.host.broker.nowMs);
    // Producing has never told fenced producers apart.
    if (error !== 'none') return refused(index, transactionErrorCode(error, false));
  }
  if (topic.settings.compact !== true) return appendBatch(services, partition, index, batch);
  return appendWithKeys(services, partition, index, batch);
}

/** What is wrong with the times of a batch, as far as its header tells: the first record's and the latest. */
function timestampFault({ topics, host }: FrontServices, topic: TopicInfo, batch: Uint8Array, at: number) {
  if (topic.settings.logAppendTime === true) return undefined;
  const { beforeMs, afterMs } = topics.timestampLimits(topic);
  const { nowMs } = host.broker;
  const latestMs = batchMaxTimestampMs(batch, at);
  if (latestMs - nowMs <= afterMs && nowMs - batchBaseTimestampMs(batch, at) <= beforeMs) return undefined;
  return `Timestamp ${latestMs} of message is out of range: it may be ${beforeMs} ms behind ${nowMs} and ${afterMs} ms ahead`;
}

/** Compaction keeps the newest record of each key, so every record must have one. */
async function appendWithKeys(
  services: FrontServices,
  partition: number,
  index: number,
  batch: Uint8Array,
): Promise<Appended> {
  const keyless = await findKeylessRecords(batch);
  services.host.enter();
  if (keyless === undefined) return refused(index, ErrorCode.corruptMessage, 'The records cannot be read');
  if (keyless.length === 0) return appendBatch(services, partition, index, batch);
  const { answer } = refused(index, ErrorCode.invalidRecord, 'Compacted topic cannot accept message without key');
  const recordErrors = keyless.map((batchIndex) => ({ batchIndex, batchIndexErrorMessage: 'No key' }));
  return { answer: { ...answer, recordErrors }, flush: 0 };
}

function appendBatch(services: FrontServices, partition: number, index: number, batch: Uint8Array): Appended {
  try {
    const { baseOffset, appendTimeMs, logStart, flush } = services.host.broker.appendBatch(partition, batch);
    return {
      answer: {
        index,
        errorCode: ErrorCode.none,
        baseOffset,
        logAppendTimeMs: appendTimeMs,
        logStartOffset: logStart,
        recordErrors: [],
      },
      flush,
    };
  } catch (error) {
    if (error instanceof BrokerError) return refused(index, codeOf(error.kind), error.message);
    throw error;
  }
}

function refused(index: number, errorCode: number, errorMessage: string | null = null): Appended {
  return { answer: { index, errorCode, baseOffset: -1, recordErrors: [], errorMessage }, flush: 0 };
}
