import { checkMessage, messageBytes, messageMembers, missingDeduplicationId, sentMembers } from '../message/sender.js';
import { batchFailure, batchFailures, checkBatch, checkBatchBytes, failureOf } from '../queue/batch.js';
import { hasContentBasedDeduplication } from '../queue/sqs-queue.js';
import { invalidParameter, missingParameter } from '../wire/service-error.js';
import { listOf, optional, required, structure, text, type ValueOf } from '../wire/shape.js';
import { action } from './action.js';
import { serviceErrorOf } from './error-translation.js';

const sentEntry = structure({ Id: required(text), ...sentMembers });

/** SendMessageBatch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export const sendMessageBatch = action({
  name: 'SendMessageBatch',
  input: structure({
    QueueUrl: required(text),
    Entries: optional(listOf(structure({ Id: required(text), ...messageMembers })), 'SendMessageBatchRequestEntry'),
  }),
  output: structure({
    Successful: optional(listOf(sentEntry), 'SendMessageBatchResultEntry'),
    Failed: optional(batchFailures, 'BatchResultErrorEntry'),
  }),
  async run(call, { QueueUrl, Entries }) {
    const queue = call.queue(QueueUrl);
    checkBatch(Entries, 'SendMessageBatchRequestEntry');
    if (queue.grouped) {
      // The service refuses the whole batch for these two, and with another code than SendMessage for the first.
      for (const entry of Entries) {
        if (entry.MessageDeduplicationId === undefined && !hasContentBasedDeduplication(queue))
          throw missingDeduplicationId();
        if (entry.MessageGroupId === undefined) throw invalidParameter(missingParameter('MessageGroupId').message);
      }
    }
    checkBatchBytes(Entries.reduce((bytes, entry) => bytes + messageBytes(entry), 0));
    if (call.congestion !== undefined) await call.congestion;

    const Successful: ValueOf<typeof sentEntry>[] = [];
    const Failed: ValueOf<typeof batchFailure>[] = [];
    let lastFlush = 0;
    for (const entry of Entries) {
      try {
        const checked = checkMessage(queue, entry, 'batch');
        const { sent, flush } = call.service.sender.send(queue, checked, call.caller.trace);
        lastFlush = Math.max(lastFlush, flush);
        Successful.push({ Id: entry.Id, ...sent });
      } catch (error) {
        Failed.push(failureOf(entry.Id, serviceErrorOf(error)));
      }
    }
    return call.flushed(lastFlush, { Successful, Failed });
  },
});
