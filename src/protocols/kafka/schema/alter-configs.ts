import { defineApi } from '../wire/api.js';
import { array, bool, int16, int32, int8, nullable, string } from '../wire/field.js';

/** Replaces all configuration of a resource; {@link incrementalAlterConfigs} came after it. */
export const alterConfigs = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versions: '0-2',
  flexible: '2+',
  request: {
    resources: array('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: array('0+', { name: string('0+'), value: nullable(string('0+')) }),
    }),
    validateOnly: bool('0+'),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    responses: array('0+', {
      errorCode: int16('0+'),
      errorMessage: nullable(string('0+')),
      resourceType: int8('0+'),
      resourceName: string('0+'),
    }),
  },
});
