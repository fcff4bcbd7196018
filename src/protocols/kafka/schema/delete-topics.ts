import { defineApi } from '../wire/api.js';
import { array, arrayOfStrings, int16, int32, nullable, string, uuid } from '../wire/field.js';

export const deleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: '1-6',
  flexible: '4+',
  request: {
    topics: array('6+', { name: nullable(string('6+')), topicId: uuid('6+') }),
    topicNames: arrayOfStrings('0-5'),
    timeoutMs: int32('0+'),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    responses: array('0+', {
      name: nullable(string('0+'), '6+'),
      topicId: uuid('6+'),
      errorCode: int16('0+'),
      errorMessage: nullable(string('5+')),
    }),
  },
});
