import { defineApi } from '../wire/api.js';
import { array, int16, int32, int64, int8, string } from '../wire/field.js';

export const listOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: '1-11',
  flexible: '6+',
  request: {
    replicaId: int32('0+', -1),
    isolationLevel: int8('2+', 0),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        currentLeaderEpoch: int32('4+', -1),
        timestamp: int64('0+'),
      }),
    }),
    timeoutMs: int32('10+', 0),
  },
  response: {
    throttleTimeMs: int32('2+', 0),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        timestamp: int64('1+', -1),
        offset: int64('1+', -1),
        leaderEpoch: int32('4+', -1),
      }),
    }),
  },
});
