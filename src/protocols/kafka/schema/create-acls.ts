import { defineApi } from '../wire/api.js';
import { array, int16, int32, int8, nullable, string } from '../wire/field.js';

export const createAcls = defineApi({
  key: 30,
  name: 'CreateAcls',
  versions: '1-3',
  flexible: '2+',
  request: {
    creations: array('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      resourcePatternType: int8('1+', 3),
      principal: string('0+'),
      host: string('0+'),
      operation: int8('0+'),
      permissionType: int8('0+'),
    }),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    results: array('0+', { errorCode: int16('0+'), errorMessage: nullable(string('0+')) }),
  },
});
