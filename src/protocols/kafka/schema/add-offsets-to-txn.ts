import { defineApi } from '../wire/api.js';
import { int16, int32, int64, string } from '../wire/field.js';

export const addOffsetsToTxn = defineApi({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: '0-4',
  flexible: '3+',
  request: {
    transactionalId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    groupId: string('0+'),
  },
  response: { throttleTimeMs: int32('0+', 0), errorCode: int16('0+') },
});
