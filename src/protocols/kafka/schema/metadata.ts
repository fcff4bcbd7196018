import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, bool, int16, int32, nullable, string, uuid } from '../wire/field.js';

/** How "not asked for" is written where a bit field of allowed operations would stand. */
export const OPERATIONS_NOT_ASKED = -2_147_483_648;

export const metadata = defineApi({
  key: 3,
  name: 'Metadata',
  versions: '0-13',
  flexible: '9+',
  request: {
    topics: nullable(array('0+', { topicId: uuid('10+'), name: nullable(string('0+'), '10+') }), '1+'),
    allowAutoTopicCreation: bool('4+', true),
    includeClusterAuthorizedOperations: bool('8-10', false),
    includeTopicAuthorizedOperations: bool('8+', false),
  },
  response: {
    throttleTimeMs: int32('3+', 0),
    brokers: array('0+', {
      nodeId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: nullable(string('1+')),
    }),
    clusterId: nullable(string('2+')),
    controllerId: int32('1+', -1),
    topics: array('0+', {
      errorCode: int16('0+'),
      name: nullable(string('0+'), '12+'),
      topicId: uuid('10+'),
      isInternal: bool('1+', false),
      partitions: array('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('7+', -1),
        replicaNodes: arrayOfInt32('0+'),
        isrNodes: arrayOfInt32('0+'),
        offlineReplicas: arrayOfInt32('5+'),
      }),
      topicAuthorizedOperations: int32('8+', OPERATIONS_NOT_ASKED),
    }),
    clusterAuthorizedOperations: int32('8-10', OPERATIONS_NOT_ASKED),
    errorCode: int16('13+', 0),
  },
});
