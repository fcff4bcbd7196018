import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, arrayOfStrings, int16, int32, nullable, string, struct, uuid } from '../wire/field.js';

/** Version 0 was an early try that nobody speaks any more. A null says that nothing changed (KIP-932). */
export const shareGroupHeartbeat = defineApi({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: '1',
  flexible: '1+',
  request: {
    groupId: string('1+'),
    memberId: string('1+'),
    memberEpoch: int32('1+'),
    rackId: nullable(string('1+')),
    subscribedTopicNames: nullable(arrayOfStrings('1+')),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    errorCode: int16('1+'),
    errorMessage: nullable(string('1+')),
    memberId: nullable(string('1+')),
    memberEpoch: int32('1+'),
    heartbeatIntervalMs: int32('1+'),
    assignment: nullable(
      struct('1+', { topicPartitions: array('1+', { topicId: uuid('1+'), partitions: arrayOfInt32('1+') }) }),
    ),
  },
});
