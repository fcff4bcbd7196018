import { defineApi } from '../wire/api.js';
import { array, arrayOfStrings, int16, int32, string } from '../wire/field.js';

export const listGroups = defineApi({
  key: 16,
  name: 'ListGroups',
  versions: '0-5',
  flexible: '3+',
  request: {
    statesFilter: arrayOfStrings('4+'),
    typesFilter: arrayOfStrings('5+'),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    errorCode: int16('0+'),
    groups: array('0+', {
      groupId: string('0+'),
      protocolType: string('0+'),
      groupState: string('4+'),
      groupType: string('5+'),
    }),
  },
});
