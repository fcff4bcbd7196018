import { defineApi } from '../wire/api.js';
import { array, arrayOfStrings, int16, int32, int8, nullable, string } from '../wire/field.js';

export const findCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-6',
  flexible: '3+',
  request: {
    key: string('0-3', ''),
    keyType: int8('1+', 0),
    coordinatorKeys: arrayOfStrings('4+'),
  },
  response: {
    throttleTimeMs: int32('1+', 0),
    errorCode: int16('0-3', 0),
    errorMessage: nullable(string('1-3')),
    nodeId: int32('0-3', -1),
    host: string('0-3', ''),
    port: int32('0-3', -1),
    coordinators: array('4+', {
      key: string('4+'),
      nodeId: int32('4+'),
      host: string('4+'),
      port: int32('4+'),
      errorCode: int16('4+'),
      errorMessage: nullable(string('4+')),
    }),
  },
});
