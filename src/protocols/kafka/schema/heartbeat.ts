import { defineApi } from '../wire/api.js';
import { int16, int32, nullable, string } from '../wire/field.js';

export const heartbeat = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: '0-4',
  flexible: '4+',
  request: {
    groupId: string('0+'),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: nullable(string('3+')),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    errorCode: int16('0+'),
  },
});
