import { defineApi } from '../wire/api.js';
import { array, int16, int32, nullable, string } from '../wire/field.js';

export const leaveGroup = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexible: '4+',
  request: {
    groupId: string('0+'),
    memberId: string('0-2', ''),
    members: array('3+', {
      memberId: string('3+'),
      groupInstanceId: nullable(string('3+')),
      reason: nullable(string('5+')),
    }),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    errorCode: int16('0+'),
    members: array('3+', {
      memberId: string('3+'),
      groupInstanceId: nullable(string('3+')),
      errorCode: int16('3+'),
    }),
  },
});
