import { optional, structure, text } from '../../wire/shape.js';
import { missing } from '../sns-error.js';
import { withoutStatement } from '../topic/topic-policy.js';
import { snsAction } from './sns-action.js';

/** RemovePermission: https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html */
export const removePermission = snsAction({
  name: 'RemovePermission',
  input: structure({ TopicArn: optional(text), Label: optional(text) }),
  output: undefined,
  run(call, { TopicArn, Label }) {
    const topic = call.topic(TopicArn);
    if (Label === undefined) throw missing('label');
    const { Policy: policy } = topic.record.attributes;
    if (policy !== undefined) {
      const Policy = withoutStatement(policy, Label);
      topic.put({ ...topic.record, attributes: { ...topic.record.attributes, Policy } });
    }
    return call.stable(undefined);
  },
});
