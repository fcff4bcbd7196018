import { defineApi } from '../wire/api.js';
import { int16, int32, int64, nullable, string } from '../wire/field.js';

export const initProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: '0-5',
  flexible: '2+',
  request: {
    transactionalId: nullable(string('0+')),
    transactionTimeoutMs: int32('0+'),
    producerId: int64('3+', -1),
    producerEpoch: int16('3+', -1),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    producerId: int64('0+', -1),
    producerEpoch: int16('0+'),
  },
});
