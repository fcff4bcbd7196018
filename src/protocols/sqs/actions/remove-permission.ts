import { withoutPermission } from '../queue/permission-policy.js';
import { setAttributes } from '../queue/sqs-queue.js';
import { required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** RemovePermission: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html */
export const removePermission = action({
  name: 'RemovePermission',
  input: structure({ QueueUrl: required(text), Label: required(text) }),
  output: undefined,
  run(call, { QueueUrl, Label }) {
    const queue = call.queue(QueueUrl);
    call.configure(queue, new Map([['Policy', withoutPermission(setAttributes(queue).get('Policy'), Label)]]));
    return call.stable(undefined);
  },
});
