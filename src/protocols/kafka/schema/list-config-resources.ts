import { defineApi } from '../wire/api.js';
import { array, arrayOfInt8, int16, int32, int8, string } from '../wire/field.js';

export const listConfigResources = defineApi({
  key: 74,
  name: 'ListConfigResources',
  versions: '0-1',
  flexible: '0+',
  request: { resourceTypes: arrayOfInt8('1+') },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    configResources: array('0+', { resourceName: string('0+'), resourceType: int8('1+', 16) }),
  },
});
