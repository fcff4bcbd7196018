import { defineApi } from '../wire/api.js';
import { array, bool, int16, int32, int8, nullable, string } from '../wire/field.js';
import { OPERATIONS_NOT_ASKED } from './metadata.js';

export const describeCluster = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versions: '0-2',
  flexible: '0+',
  request: {
    includeClusterAuthorizedOperations: bool('0+'),
    endpointType: int8('1+', 1),
    includeFencedBrokers: bool('2+', false),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    errorMessage: nullable(string('0+')),
    endpointType: int8('1+', 1),
    clusterId: string('0+'),
    controllerId: int32('0+', -1),
    brokers: array('0+', {
      brokerId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: nullable(string('0+')),
      isFenced: bool('2+', false),
    }),
    clusterAuthorizedOperations: int32('0+', OPERATIONS_NOT_ASKED),
  },
});
