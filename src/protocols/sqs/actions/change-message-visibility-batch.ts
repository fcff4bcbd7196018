import { batchFailures, checkBatch, runBatch } from '../queue/batch.js';
import { missingParameter } from '../wire/service-error.js';
import { integer, listOf, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import { serviceErrorOf } from './error-translation.js';
import { changeVisibilityByHandle } from './receipt.js';
import { checkVisibilityTimeout } from './visibility-timeout.js';

const entry = structure({ Id: required(text), ReceiptHandle: required(text), VisibilityTimeout: optional(integer) });

/** ChangeMessageVisibilityBatch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html */
export const changeMessageVisibilityBatch = action({
  name: 'ChangeMessageVisibilityBatch',
  input: structure({
    QueueUrl: required(text),
    Entries: optional(listOf(entry), 'ChangeMessageVisibilityBatchRequestEntry'),
  }),
  output: structure({
    Successful: optional(listOf(structure({ Id: required(text) })), 'ChangeMessageVisibilityBatchResultEntry'),
    Failed: optional(batchFailures, 'BatchResultErrorEntry'),
  }),
  run(call, { QueueUrl, Entries }) {
    const queue = call.queue(QueueUrl);
    checkBatch(Entries, 'ChangeMessageVisibilityBatchRequestEntry');
    const result = runBatch(
      Entries,
      ({ ReceiptHandle, VisibilityTimeout }) => {
        if (VisibilityTimeout === undefined) throw missingParameter('VisibilityTimeout');
        checkVisibilityTimeout(VisibilityTimeout);
        changeVisibilityByHandle(call, queue, ReceiptHandle, VisibilityTimeout);
      },
      serviceErrorOf,
    );
    return call.stable(result);
  },
});
