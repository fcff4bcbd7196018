import { defineApi } from '../wire/api.js';
import { array, arrayOfInt8, bool, int16, int32, int64, nullable, string, struct, uuid } from '../wire/field.js';

const acknowledgementBatches = array('1+', {
  firstOffset: int64('1+'),
  lastOffset: int64('1+'),
  /** One for each offset, or one for all: 0 gap, 1 accept, 2 release, 3 reject, 4 renew. */
  acknowledgeTypes: arrayOfInt8('1+'),
});

export const shareAcknowledge = defineApi({
  key: 79,
  name: 'ShareAcknowledge',
  versions: '1-2',
  flexible: '1+',
  request: {
    groupId: nullable(string('1+')),
    memberId: nullable(string('1+')),
    shareSessionEpoch: int32('1+'),
    isRenewAck: bool('2+', false),
    topics: array('1+', {
      topicId: uuid('1+'),
      partitions: array('1+', { partitionIndex: int32('1+'), acknowledgementBatches }),
    }),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    errorCode: int16('1+'),
    errorMessage: nullable(string('1+')),
    acquisitionLockTimeoutMs: int32('2+', 0),
    responses: array('1+', {
      topicId: uuid('1+'),
      partitions: array('1+', {
        partitionIndex: int32('1+'),
        errorCode: int16('1+'),
        errorMessage: nullable(string('1+')),
        currentLeader: struct('1+', { leaderId: int32('1+'), leaderEpoch: int32('1+') }),
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
