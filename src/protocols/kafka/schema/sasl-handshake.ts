import { defineApi } from '../wire/api.js';
import { arrayOfStrings, int16, string } from '../wire/field.js';

export const saslHandshake = defineApi({
  key: 17,
  name: 'SaslHandshake',
  versions: '0-1',
  request: { mechanism: string('0+') },
  response: { errorCode: int16('0+'), mechanisms: arrayOfStrings('0+') },
});
