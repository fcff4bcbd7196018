import { defineApi } from '../wire/api.js';
import { array, int16, int32, int64, nullable, string } from '../wire/field.js';

export const txnOffsetCommit = defineApi({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: '0-5',
  flexible: '3+',
  request: {
    transactionalId: string('0+'),
    groupId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    generationId: int32('3+', -1),
    memberId: string('3+', ''),
    groupInstanceId: nullable(string('3+')),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        committedOffset: int64('0+'),
        committedLeaderEpoch: int32('2+', -1),
        committedMetadata: nullable(string('0+')),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', { partitionIndex: int32('0+'), errorCode: int16('0+') }),
    }),
  },
});
