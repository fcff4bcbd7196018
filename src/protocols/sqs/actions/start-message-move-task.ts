import type { QueueInfo } from '../../../core/index.js';
import { taskHandle } from '../move/move-task.js';
import { isSourceOf } from '../queue/sqs-queue.js';
import { invalidParameter, invalidValue, ServiceError } from '../wire/service-error.js';
import { integer, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import { queueOfArn } from './queue-of-arn.js';

const maxRate = 500;

/** StartMessageMoveTask: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
export const startMessageMoveTask = action({
  name: 'StartMessageMoveTask',
  input: structure({
    SourceArn: required(text),
    DestinationArn: optional(text),
    MaxNumberOfMessagesPerSecond: optional(integer),
  }),
  output: structure({ TaskHandle: optional(text) }),
  run(call, { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: rate }) {
    const source = queueOfArn(call, 'SourceArn', SourceArn);
    if (!call.queues().some((queue) => isSourceOf(queue, source))) {
      throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
    }
    if (DestinationArn !== undefined) checkDestination(source, queueOfArn(call, 'DestinationArn', DestinationArn));
    if (rate !== undefined && (rate < 1 || rate > maxRate)) {
      throw invalidValue('MaxNumberOfMessagesPerSecond', rate, `Must be between 1 and ${maxRate}, if provided.`);
    }
    const { moveTasks } = call.service;
    if (moveTasks.of(source).some(({ status }) => status === 'RUNNING' || status === 'CANCELLING')) {
      throw new ServiceError(
        'UnsupportedOperation',
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    return call.stable({ TaskHandle: taskHandle(moveTasks.start(source, SourceArn, DestinationArn, rate)) });
  },
});

function checkDestination(source: QueueInfo, destination: QueueInfo): void {
  if (destination.handle === source.handle) {
    throw invalidParameter('Source queue arn and destination queue arn cannot be the same.');
  }
  if (destination.grouped !== source.grouped) {
    throw invalidParameter('Source queue and destination queue must be of the same type.');
  }
}
