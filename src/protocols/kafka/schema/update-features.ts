import { defineApi } from '../wire/api.js';
import { array, bool, int16, int32, int8, nullable, string } from '../wire/field.js';

export const updateFeatures = defineApi({
  key: 57,
  name: 'UpdateFeatures',
  versions: '0-2',
  flexible: '0+',
  request: {
    timeoutMs: int32('0+', 60_000),
    featureUpdates: array('0+', {
      feature: string('0+'),
      maxVersionLevel: int16('0+'),
      allowDowngrade: bool('0-0', false),
      upgradeType: int8('1+', 1),
    }),
    validateOnly: bool('1+', false),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    errorMessage: nullable(string('0+')),
    results: array('0-1', { feature: string('0+'), errorCode: int16('0+'), errorMessage: nullable(string('0+')) }),
  },
});
