import { readTaskHandle } from '../move/move-task.js';
import { invalidValue, ServiceError } from '../wire/service-error.js';
import { integer, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import { queueOfArn } from './queue-of-arn.js';

/** CancelMessageMoveTask: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html */
export const cancelMessageMoveTask = action({
  name: 'CancelMessageMoveTask',
  input: structure({ TaskHandle: required(text) }),
  output: structure({ ApproximateNumberOfMessagesMoved: optional(integer) }),
  run(call, { TaskHandle }) {
    const handle = readTaskHandle(TaskHandle);
    if (handle === undefined) throw invalidValue('TaskHandle', TaskHandle, 'It is no task handle.');
    const source = queueOfArn(call, 'SourceArn', handle.sourceArn);
    const { moveTasks } = call.service;
    const task = moveTasks.of(source).find(({ id }) => id === handle.taskId);
    if (task === undefined) throw new ServiceError('ResourceNotFoundException', 'Task does not exist.');
    if (task.status !== 'RUNNING') {
      throw new ServiceError('UnsupportedOperation', 'Only active tasks can be cancelled.');
    }
    moveTasks.cancel(source, task);
    return call.stable({ ApproximateNumberOfMessagesMoved: task.moved });
  },
});
