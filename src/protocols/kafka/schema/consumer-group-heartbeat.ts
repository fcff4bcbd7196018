import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, arrayOfStrings, int16, int32, nullable, string, struct, uuid } from '../wire/field.js';

const topicPartitions = { topicId: uuid('0+'), partitions: arrayOfInt32('0+') };

/** A null, or -1 for the timeout, says that nothing changed since the last heartbeat (KIP-848). */
export const consumerGroupHeartbeat = defineApi({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: '0-1',
  flexible: '0+',
  request: {
    groupId: string('0+'),
    memberId: string('0+'),
    memberEpoch: int32('0+'),
    instanceId: nullable(string('0+')),
    rackId: nullable(string('0+')),
    rebalanceTimeoutMs: int32('0+', -1),
    subscribedTopicNames: nullable(arrayOfStrings('0+')),
    subscribedTopicRegex: nullable(string('1+')),
    serverAssignor: nullable(string('0+')),
    topicPartitions: nullable(array('0+', topicPartitions)),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    errorMessage: nullable(string('0+')),
    memberId: nullable(string('0+')),
    memberEpoch: int32('0+'),
    heartbeatIntervalMs: int32('0+'),
    assignment: nullable(struct('0+', { topicPartitions: array('0+', topicPartitions) })),
  },
});
