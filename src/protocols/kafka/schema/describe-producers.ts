import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, int16, int32, int64, nullable, string } from '../wire/field.js';

export const describeProducers = defineApi({
  key: 61,
  name: 'DescribeProducers',
  versions: '0-0',
  flexible: '0+',
  request: { topics: array('0+', { name: string('0+'), partitionIndexes: arrayOfInt32('0+') }) },
  response: {
    throttleTimeMs: int32('0+', 0),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: nullable(string('0+')),
        activeProducers: array('0+', {
          producerId: int64('0+'),
          producerEpoch: int32('0+'),
          lastSequence: int32('0+', -1),
          lastTimestampMs: int64('0+', -1),
          coordinatorEpoch: int32('0+'),
          currentTxnStartOffset: int64('0+', -1),
        }),
      }),
    }),
  },
});
