import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, bool, int16, int32, int8, nullable, string, tagged, uuid } from '../wire/field.js';

export const createTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: '2-7',
  flexible: '5+',
  request: {
    topics: array('0+', {
      name: string('0+'),
      numPartitions: int32('0+'),
      replicationFactor: int16('0+'),
      assignments: array('0+', { partitionIndex: int32('0+'), brokerIds: arrayOfInt32('0+') }),
      configs: array('0+', { name: string('0+'), value: nullable(string('0+')) }),
    }),
    timeoutMs: int32('0+', 60_000),
    validateOnly: bool('1+', false),
  },
  response: {
    throttleTimeMs: int32('2+', 0),
    topics: array('0+', {
      name: string('0+'),
      topicId: uuid('7+'),
      errorCode: int16('0+'),
      errorMessage: nullable(string('1+')),
      topicConfigErrorCode: tagged(0, int16('5+', 0)),
      numPartitions: int32('5+', -1),
      replicationFactor: int16('5+', -1),
      configs: nullable(
        array('5+', {
          name: string('5+'),
          value: nullable(string('5+')),
          readOnly: bool('5+'),
          configSource: int8('5+', -1),
          isSensitive: bool('5+'),
        }),
      ),
    }),
  },
});
