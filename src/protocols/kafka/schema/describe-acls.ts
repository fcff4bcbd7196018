import { defineApi } from '../wire/api.js';
import { array, int16, int32, int8, nullable, string } from '../wire/field.js';

export const describeAcls = defineApi({
  key: 29,
  name: 'DescribeAcls',
  versions: '1-3',
  flexible: '2+',
  request: {
    resourceTypeFilter: int8('0+'),
    resourceNameFilter: nullable(string('0+')),
    patternTypeFilter: int8('1+', 3),
    principalFilter: nullable(string('0+')),
    hostFilter: nullable(string('0+')),
    operation: int8('0+'),
    permissionType: int8('0+'),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    errorMessage: nullable(string('0+')),
    resources: array('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      patternType: int8('1+', 3),
      acls: array('0+', {
        principal: string('0+'),
        host: string('0+'),
        operation: int8('0+'),
        permissionType: int8('0+'),
      }),
    }),
  },
});
