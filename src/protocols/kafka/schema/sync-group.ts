import { defineApi } from '../wire/api.js';
import { array, bytes, int16, int32, nullable, string } from '../wire/field.js';

export const syncGroup = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: '0-5',
  flexible: '4+',
  request: {
    groupId: string('0+'),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: nullable(string('3+')),
    protocolType: nullable(string('5+')),
    protocolName: nullable(string('5+')),
    assignments: array('0+', { memberId: string('0+'), assignment: bytes('0+') }),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    errorCode: int16('0+'),
    protocolType: nullable(string('5+')),
    protocolName: nullable(string('5+')),
    assignment: bytes('0+'),
  },
});
