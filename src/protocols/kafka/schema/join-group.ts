import { defineApi } from '../wire/api.js';
import { array, bool, bytes, int16, int32, nullable, string } from '../wire/field.js';

export const joinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: '6+',
  request: {
    groupId: string('0+'),
    sessionTimeoutMs: int32('0+'),
    rebalanceTimeoutMs: int32('1+', -1),
    memberId: string('0+'),
    groupInstanceId: nullable(string('5+')),
    protocolType: string('0+'),
    protocols: array('0+', { name: string('0+'), metadata: bytes('0+') }),
    reason: nullable(string('8+')),
  },
  response: {
    throttleTimeMs: int32('2+', 0),
    errorCode: int16('0+'),
    generationId: int32('0+', -1),
    protocolType: nullable(string('7+')),
    protocolName: nullable(string('0+'), '7+'),
    leader: string('0+'),
    skipAssignment: bool('9+', false),
    memberId: string('0+'),
    members: array('0+', {
      memberId: string('0+'),
      groupInstanceId: nullable(string('5+')),
      metadata: bytes('0+'),
    }),
  },
});
