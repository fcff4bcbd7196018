import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, bool, int16, int32, nullable, string } from '../wire/field.js';

export const alterPartitionReassignments = defineApi({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: '0-1',
  flexible: '0+',
  request: {
    timeoutMs: int32('0+', 60_000),
    allowReplicationFactorChange: bool('1+', true),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', { partitionIndex: int32('0+'), replicas: nullable(arrayOfInt32('0+')) }),
    }),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    allowReplicationFactorChange: bool('1+', true),
    errorCode: int16('0+'),
    errorMessage: nullable(string('0+')),
    responses: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: nullable(string('0+')),
      }),
    }),
  },
});
