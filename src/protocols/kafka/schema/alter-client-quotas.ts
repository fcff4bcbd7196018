import { defineApi } from '../wire/api.js';
import { array, bool, float64, int16, int32, nullable, string } from '../wire/field.js';

export const alterClientQuotas = defineApi({
  key: 49,
  name: 'AlterClientQuotas',
  versions: '0-1',
  flexible: '1+',
  request: {
    entries: array('0+', {
      entity: array('0+', { entityType: string('0+'), entityName: nullable(string('0+')) }),
      ops: array('0+', { key: string('0+'), value: float64('0+'), remove: bool('0+') }),
    }),
    validateOnly: bool('0+'),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    entries: array('0+', {
      errorCode: int16('0+'),
      errorMessage: nullable(string('0+')),
      entity: array('0+', { entityType: string('0+'), entityName: nullable(string('0+')) }),
    }),
  },
});
