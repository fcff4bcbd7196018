import { optional, structure, text, wrappedListOf } from '../../wire/shape.js';
import { missing } from '../sns-error.js';
import { standardPolicy, withStatement } from '../topic/topic-policy.js';
import { snsAction } from './sns-action.js';

/** AddPermission: https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html
 *  Kept and shown; nothing is enforced by it. */
export const addPermission = snsAction({
  name: 'AddPermission',
  input: structure({
    TopicArn: optional(text),
    Label: optional(text),
    AWSAccountId: optional(wrappedListOf(text)),
    ActionName: optional(wrappedListOf(text)),
  }),
  output: undefined,
  run(call, { TopicArn, Label, AWSAccountId, ActionName }) {
    const topic = call.topic(TopicArn);
    if (Label === undefined) throw missing('label');
    const arn = call.topicArn(topic.name);
    const policy = topic.record.attributes['Policy'] ?? standardPolicy(arn, call.account);
    const Policy = withStatement(policy, arn, Label, AWSAccountId, ActionName);
    topic.put({ ...topic.record, attributes: { ...topic.record.attributes, Policy } });
    return call.stable(undefined);
  },
});
