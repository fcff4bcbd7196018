import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, arrayOfStrings, int16, int32, int64, string } from '../wire/field.js';

export const describeTransactions = defineApi({
  key: 65,
  name: 'DescribeTransactions',
  versions: '0-0',
  flexible: '0+',
  request: { transactionalIds: arrayOfStrings('0+') },
  response: {
    throttleTimeMs: int32('0+', 0),
    transactionStates: array('0+', {
      errorCode: int16('0+'),
      transactionalId: string('0+'),
      transactionState: string('0+'),
      transactionTimeoutMs: int32('0+'),
      transactionStartTimeMs: int64('0+'),
      producerId: int64('0+'),
      producerEpoch: int16('0+'),
      topics: array('0+', { topic: string('0+'), partitions: arrayOfInt32('0+') }),
    }),
  },
});
