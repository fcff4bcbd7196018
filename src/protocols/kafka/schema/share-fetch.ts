import { defineApi } from '../wire/api.js';
import {
  array,
  arrayOfInt32,
  arrayOfInt8,
  bool,
  int16,
  int32,
  int64,
  int8,
  nullable,
  records,
  string,
  struct,
  uuid,
} from '../wire/field.js';

const acknowledgementBatches = array('1+', {
  firstOffset: int64('1+'),
  lastOffset: int64('1+'),
  /** One for each offset, or one for all: 0 gap, 1 accept, 2 release, 3 reject, 4 renew. */
  acknowledgeTypes: arrayOfInt8('1+'),
});

/** Version 0 was an early try that nobody speaks any more. Version 2 can hold records for longer (KIP-1222). */
export const shareFetch = defineApi({
  key: 78,
  name: 'ShareFetch',
  versions: '1-2',
  flexible: '1+',
  request: {
    groupId: nullable(string('1+')),
    memberId: nullable(string('1+')),
    shareSessionEpoch: int32('1+'),
    maxWaitMs: int32('1+'),
    minBytes: int32('1+'),
    maxBytes: int32('1+', 0x7fff_ffff),
    maxRecords: int32('1+'),
    batchSize: int32('1+'),
    /** 1: never more than maxRecords, 0: whole batches may be more. */
    shareAcquireMode: int8('2+', 0),
    isRenewAck: bool('2+', false),
    topics: array('1+', {
      topicId: uuid('1+'),
      partitions: array('1+', { partitionIndex: int32('1+'), acknowledgementBatches }),
    }),
    forgottenTopicsData: array('1+', { topicId: uuid('1+'), partitions: arrayOfInt32('1+') }),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    errorCode: int16('1+'),
    errorMessage: nullable(string('1+')),
    acquisitionLockTimeoutMs: int32('1+'),
    responses: array('1+', {
      topicId: uuid('1+'),
      partitions: array('1+', {
        partitionIndex: int32('1+'),
        errorCode: int16('1+'),
        errorMessage: nullable(string('1+')),
        acknowledgeErrorCode: int16('1+'),
        acknowledgeErrorMessage: nullable(string('1+')),
        currentLeader: struct('1+', { leaderId: int32('1+'), leaderEpoch: int32('1+') }),
        records: records('1+'),
        acquiredRecords: array('1+', { firstOffset: int64('1+'), lastOffset: int64('1+'), deliveryCount: int16('1+') }),
      }),
    }),
    nodeEndpoints: array('1+', {
      nodeId: int32('1+'),
      host: string('1+'),
      port: int32('1+'),
      rack: nullable(string('1+')),
    }),
  },
});
