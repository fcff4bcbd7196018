import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, int16, int32, int8, nullable, string } from '../wire/field.js';

export const electLeaders = defineApi({
  key: 43,
  name: 'ElectLeaders',
  versions: '0-2',
  flexible: '2+',
  request: {
    electionType: int8('1+', 0),
    topicPartitions: nullable(array('0+', { topic: string('0+'), partitions: arrayOfInt32('0+') })),
    timeoutMs: int32('0+', 60_000),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('1+', 0),
    replicaElectionResults: array('0+', {
      topic: string('0+'),
      partitionResult: array('0+', {
        partitionId: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: nullable(string('0+')),
      }),
    }),
  },
});
