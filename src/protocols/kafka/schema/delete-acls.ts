import { defineApi } from '../wire/api.js';
import { array, int16, int32, int8, nullable, string } from '../wire/field.js';

export const deleteAcls = defineApi({
  key: 31,
  name: 'DeleteAcls',
  versions: '1-3',
  flexible: '2+',
  request: {
    filters: array('0+', {
      resourceTypeFilter: int8('0+'),
      resourceNameFilter: nullable(string('0+')),
      patternTypeFilter: int8('1+', 3),
      principalFilter: nullable(string('0+')),
      hostFilter: nullable(string('0+')),
      operation: int8('0+'),
      permissionType: int8('0+'),
    }),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    filterResults: array('0+', {
      errorCode: int16('0+'),
      errorMessage: nullable(string('0+')),
      matchingAcls: array('0+', {
        errorCode: int16('0+'),
        errorMessage: nullable(string('0+')),
        resourceType: int8('0+'),
        resourceName: string('0+'),
        patternType: int8('1+', 3),
        principal: string('0+'),
        host: string('0+'),
        operation: int8('0+'),
        permissionType: int8('0+'),
      }),
    }),
  },
});
