import { defineApi } from '../wire/api.js';
import { array, arrayOfInt32, bool, int16, int32, int64, string } from '../wire/field.js';

const topic = { name: string('0+'), partitions: arrayOfInt32('0+') };
const topicResult = {
  name: string('0+'),
  resultsByPartition: array('0+', { partitionIndex: int32('0+'), partitionErrorCode: int16('0+') }),
};

/** Versions up to 3 name one transaction, with fields at the top; from 4 on several. */
export const addPartitionsToTxn = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: '3+',
  request: {
    transactions: array('4+', {
      transactionalId: string('4+'),
      producerId: int64('4+'),
      producerEpoch: int16('4+'),
      verifyOnly: bool('4+', false),
      topics: array('4+', topic),
    }),
    transactionalId: string('0-3', ''),
    producerId: int64('0-3', -1),
    producerEpoch: int16('0-3', -1),
    topics: array('0-3', topic),
  },
  response: {
    throttleTimeMs: int32('0+', 0),
    errorCode: int16('4+', 0),
    resultsByTransaction: array('4+', { transactionalId: string('4+'), topicResults: array('4+', topicResult) }),
    resultsByTopic: array('0-3', topicResult),
  },
});
