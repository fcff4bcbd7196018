import { defineApi } from '../wire/api.js';
import { array, arrayOfStrings, int16, int32, string } from '../wire/field.js';

export const deleteGroups = defineApi({
  key: 42,
  name: 'DeleteGroups',
  versions: '0-2',
  flexible: '2+',
  request: { groupsNames: arrayOfStrings('0+') },
  response: {
    throttleTimeMs: int32('0+', 0),
    results: array('0+', { groupId: string('0+'), errorCode: int16('0+') }),
  },
});
