import { defineApi } from '../wire/api.js';
import { bool, int16, int32, int64, string } from '../wire/field.js';

export const endTxn = defineApi({
  key: 26,
  name: 'EndTxn',
  versions: '0-5',
  flexible: '3+',
  request: {
    transactionalId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    committed: bool('0+'),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    producerId: int64('5+', -1),
    producerEpoch: int16('5+', -1),
  },
});
