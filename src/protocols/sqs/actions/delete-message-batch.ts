import { batchFailures, checkBatch, runBatch } from '../queue/batch.js';
import { listOf, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import { serviceErrorOf } from './error-translation.js';
import { deleteByHandle } from './receipt.js';

/** DeleteMessageBatch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
export const deleteMessageBatch = action({
  name: 'DeleteMessageBatch',
  input: structure({
    QueueUrl: required(text),
    Entries: optional(
      listOf(structure({ Id: required(text), ReceiptHandle: required(text) })),
      'DeleteMessageBatchRequestEntry',
    ),
  }),
  output: structure({
    Successful: optional(listOf(structure({ Id: required(text) })), 'DeleteMessageBatchResultEntry'),
    Failed: optional(batchFailures, 'BatchResultErrorEntry'),
  }),
  run(call, { QueueUrl, Entries }) {
    const queue = call.queue(QueueUrl);
    checkBatch(Entries, 'DeleteMessageBatchRequestEntry');
    return call.stable(
      runBatch(Entries, ({ ReceiptHandle }) => deleteByHandle(call, queue, ReceiptHandle), serviceErrorOf),
    );
  },
});
