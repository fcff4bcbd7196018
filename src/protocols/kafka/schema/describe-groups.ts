import { defineApi } from '../wire/api.js';
import { array, arrayOfStrings, bool, bytes, int16, int32, nullable, string } from '../wire/field.js';
import { OPERATIONS_NOT_ASKED } from './metadata.js';

export const describeGroups = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: '0-6',
  flexible: '5+',
  request: {
    groups: arrayOfStrings('0+'),
    includeAuthorizedOperations: bool('3+', false),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    groups: array('0+', {
      errorCode: int16('0+'),
      errorMessage: nullable(string('6+')),
      groupId: string('0+'),
      groupState: string('0+'),
      protocolType: string('0+'),
      protocolData: string('0+'),
      members: array('0+', {
        memberId: string('0+'),
        groupInstanceId: nullable(string('4+')),
        clientId: string('0+'),
        clientHost: string('0+'),
        memberMetadata: bytes('0+'),
        memberAssignment: bytes('0+'),
      }),
      authorizedOperations: int32('3+', OPERATIONS_NOT_ASKED),
    }),
  },
});
