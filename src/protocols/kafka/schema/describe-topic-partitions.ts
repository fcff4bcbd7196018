import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, bool, int16, int32, nullable, string, struct, uuid } from '../wire/field.js';

export const describeTopicPartitions = defineApi({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: '0-0',
  flexible: '0+',
  request: {
    topics: array('0+', { name: string('0+') }),
    responsePartitionLimit: int32('0+', 2000),
    cursor: nullable(struct('0+', { topicName: string('0+'), partitionIndex: int32('0+') })),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    topics: array('0+', {
      errorCode: int16('0+'),
      name: nullable(string('0+')),
      topicId: uuid('0+'),
      isInternal: bool('0+', false),
      partitions: array('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('0+', -1),
        replicaNodes: arrayOfInt32('0+'),
        isrNodes: arrayOfInt32('0+'),
        eligibleLeaderReplicas: nullable(arrayOfInt32('0+')),
        lastKnownElr: nullable(arrayOfInt32('0+')),
        offlineReplicas: arrayOfInt32('0+'),
      }),
      topicAuthorizedOperations: int32('0+', -2_147_483_648),
    }),
    nextCursor: nullable(struct('0+', { topicName: string('0+'), partitionIndex: int32('0+') })),
  },
});
