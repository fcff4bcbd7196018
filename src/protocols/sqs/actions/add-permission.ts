import { withPermission } from '../queue/permission-policy.js';
import { setAttributes } from '../queue/sqs-queue.js';
import { missingParameter } from '../wire/service-error.js';
import { listOf, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** AddPermission: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
export const addPermission = action({
  name: 'AddPermission',
  input: structure({
    QueueUrl: required(text),
    Label: required(text),
    AWSAccountIds: optional(listOf(text), 'AWSAccountId'),
    Actions: optional(listOf(text), 'ActionName'),
  }),
  output: undefined,
  run(call, { QueueUrl, Label, AWSAccountIds, Actions }) {
    const queue = call.queue(QueueUrl);
    if (AWSAccountIds.length === 0) throw missingParameter('AWSAccountIds');
    if (Actions.length === 0) throw missingParameter('Actions');
    const policy = withPermission(
      setAttributes(queue).get('Policy'),
      call.arnOf(queue.name),
      Label,
      AWSAccountIds,
      Actions,
    );
    call.configure(queue, new Map([['Policy', policy]]));
    return call.stable(undefined);
  },
});
