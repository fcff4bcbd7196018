import { receivedMessage } from '../message/received-message.js';
import { checkFifoId } from '../message/sender.js';
import { ownNumber } from '../queue/sqs-queue.js';
import { invalidValue, ServiceError } from '../wire/service-error.js';
import { integer, listOf, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import { checkVisibilityTimeout } from './visibility-timeout.js';

/** Messages of one queue that may be in flight (quotas, "In-flight messages per queue"). */
const maxInFlight = 120_000;

/** ReceiveMessage: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export const receiveMessage = action({
  name: 'ReceiveMessage',
  input: structure({
    QueueUrl: required(text),
    AttributeNames: optional(listOf(text), 'AttributeName'),
    MessageSystemAttributeNames: optional(listOf(text), 'MessageSystemAttributeName'),
    MessageAttributeNames: optional(listOf(text), 'MessageAttributeName'),
    MaxNumberOfMessages: optional(integer),
    VisibilityTimeout: optional(integer),
    WaitTimeSeconds: optional(integer),
    ReceiveRequestAttemptId: optional(text),
  }),
  output: structure({ Messages: optional(listOf(receivedMessage), 'Message') }),
  async run(call, input) {
    const queue = call.queue(input.QueueUrl);
    const max = input.MaxNumberOfMessages ?? 1;
    if (max < 1 || max > 10) throw invalidValue('MaxNumberOfMessages', max, 'Must be between 1 and 10, if provided.');
    const waitSeconds = input.WaitTimeSeconds ?? ownNumber(queue, 'ReceiveMessageWaitTimeSeconds');
    if (waitSeconds < 0 || waitSeconds > 20)
      throw invalidValue('WaitTimeSeconds', waitSeconds, 'Must be >= 0 and <= 20, if provided.');
    const visibilitySeconds = input.VisibilityTimeout ?? ownNumber(queue, 'VisibilityTimeout');
    checkVisibilityTimeout(visibilitySeconds);
    const attemptId = input.ReceiveRequestAttemptId;
    checkFifoId('ReceiveRequestAttemptId', attemptId);
    if (attemptId !== undefined && !queue.grouped) {
      const reason = 'The request include parameter that is not valid for this queue type.';
      throw invalidValue('ReceiveRequestAttemptId', attemptId, reason);
    }
    if (call.broker.counts(queue.handle).inFlight >= maxInFlight) {
      // With a FIFO queue the service says nothing.
      if (queue.grouped) return { Messages: [] };
      throw new ServiceError('OverLimit', `The queue has ${maxInFlight} messages in flight, which is the most.`);
    }
    const wanted = {
      system: new Set([...input.AttributeNames, ...input.MessageSystemAttributeNames]),
      message: input.MessageAttributeNames,
    };
    const context = {
      queue,
      wanted,
      account: call.account,
      origin: call.caller.origin,
      arnOf: (name: string) => call.arnOf(name),
    };
    const options = { context, max, visibilityMs: visibilitySeconds * 1000, waitMs: waitSeconds * 1000, attemptId };
    return { Messages: await call.service.receiver.receive(options, call.caller) };
  },
});
