import { defineApi } from '../wire/api.js';
import { array, bool, float64, int16, int32, int8, nullable, string } from '../wire/field.js';

export const describeClientQuotas = defineApi({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: '0-1',
  flexible: '1+',
  request: {
    components: array('0+', { entityType: string('0+'), matchType: int8('0+'), match: nullable(string('0+')) }),
    strict: bool('0+'),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    errorMessage: nullable(string('0+')),
    entries: nullable(
      array('0+', {
        entity: array('0+', { entityType: string('0+'), entityName: nullable(string('0+')) }),
        values: array('0+', { key: string('0+'), value: float64('0+') }),
      }),
    ),
  },
});
