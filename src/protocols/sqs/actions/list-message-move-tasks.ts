import { type MoveTask, taskHandle } from '../move/move-task.js';
import { invalidValue } from '../wire/service-error.js';
import { integer, listOf, optional, required, structure, text, type ValueOf } from '../wire/shape.js';
import { action } from './action.js';
import { queueOfArn } from './queue-of-arn.js';

const maxResults = 10;

const result = structure({
  TaskHandle: optional(text),
  Status: optional(text),
  SourceArn: optional(text),
  DestinationArn: optional(text),
  MaxNumberOfMessagesPerSecond: optional(integer),
  ApproximateNumberOfMessagesMoved: optional(integer),
  ApproximateNumberOfMessagesToMove: optional(integer),
  FailureReason: optional(text),
  StartedTimestamp: optional(integer),
});

/** ListMessageMoveTasks: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html */
export const listMessageMoveTasks = action({
  name: 'ListMessageMoveTasks',
  input: structure({ SourceArn: required(text), MaxResults: optional(integer) }),
  output: structure({ Results: optional(listOf(result), 'ListMessageMoveTasksResultEntry') }),
  run(call, { SourceArn, MaxResults: max = 1 }) {
    if (max < 1 || max > maxResults) {
      throw invalidValue('MaxResults', max, `Must be between 1 and ${maxResults}, if provided.`);
    }
    const tasks = call.service.moveTasks.of(queueOfArn(call, 'SourceArn', SourceArn));
    return { Results: tasks.slice(0, max).map(shown) };
  },
});

function shown(task: MoveTask): ValueOf<typeof result> {
  return {
    // The service names a task only as long as there is something to do with the name.
    TaskHandle: task.status === 'RUNNING' ? taskHandle(task) : undefined,
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    MaxNumberOfMessagesPerSecond: task.rate,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failureReason,
    StartedTimestamp: task.startedMs,
  };
}
