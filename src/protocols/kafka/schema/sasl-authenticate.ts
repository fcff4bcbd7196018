import { defineApi } from '../wire/api.js';
import { bytes, int16, int64, nullable, string } from '../wire/field.js';

export const saslAuthenticate = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versions: '0-2',
  flexible: '2+',
  request: { authBytes: bytes('0+') },
  response: {
    errorCode: int16('0+'),
    errorMessage: nullable(string('0+')),
    authBytes: bytes('0+'),
    sessionLifetimeMs: int64('1+', 0),
  },
});
