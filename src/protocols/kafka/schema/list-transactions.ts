import { defineApi } from '../wire/api.js';
import { array, arrayOfInt64, arrayOfStrings, int16, int32, int64, nullable, string } from '../wire/field.js';

export const listTransactions = defineApi({
  key: 66,
  name: 'ListTransactions',
  versions: '0-2',
  flexible: '0+',
  request: {
    stateFilters: arrayOfStrings('0+'),
    producerIdFilters: arrayOfInt64('0+'),
    durationFilterMs: int64('1+', -1),
    transactionalIdPattern: nullable(string('2+')),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('0+'),
    unknownStateFilters: arrayOfStrings('0+'),
    transactionStates: array('0+', {
      transactionalId: string('0+'),
      producerId: int64('0+'),
      transactionState: string('0+'),
    }),
  },
});
