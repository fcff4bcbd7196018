import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, int16, int32, int64, nullable, string, uuid } from '../wire/field.js';

export const describeShareGroupOffsets = defineApi({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: '0-1',
  flexible: '0+',
  request: {
    groups: array('0+', {
      groupId: string('0+'),
      /** Null for all. */
      topics: nullable(array('0+', { topicName: string('0+'), partitions: arrayOfInt32('0+') })),
    }),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    groups: array('0+', {
      groupId: string('0+'),
      topics: array('0+', {
        topicName: string('0+'),
        topicId: uuid('0+'),
        partitions: array('0+', {
          partitionIndex: int32('0+'),
          startOffset: int64('0+'),
          leaderEpoch: int32('0+'),
          lag: int64('1+', -1),
          errorCode: int16('0+'),
          errorMessage: nullable(string('0+')),
        }),
      }),
      errorCode: int16('0+'),
      errorMessage: nullable(string('0+')),
    }),
  },
});
