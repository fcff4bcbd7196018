import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, int16, int32, nullable, string } from '../wire/field.js';

export const listPartitionReassignments = defineApi({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: '0-0',
  flexible: '0+',
  request: {
    timeoutMs: int32('0+', 60_000),
    topics: nullable(array('0+', { name: string('0+'), partitionIndexes: arrayOfInt32('0+') })),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    errorMessage: nullable(string('0+')),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        replicas: arrayOfInt32('0+'),
        addingReplicas: arrayOfInt32('0+'),
        removingReplicas: arrayOfInt32('0+'),
      }),
    }),
  },
});
