import { optional, structure, text, wrappedListOf } from '../../wire/shape.js';
import { resourceTopic } from '../topic/resource-topic.js';
import { snsAction } from './sns-action.js';

/** UntagResource: https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html */
export const untagResource = snsAction({
  name: 'UntagResource',
  input: structure({ ResourceArn: optional(text), TagKeys: optional(wrappedListOf(text)) }),
  output: structure({}),
  run(call, { ResourceArn, TagKeys }) {
    const topic = resourceTopic(call, ResourceArn);
    const kept = Object.entries(topic.record.tags).filter(([key]) => !TagKeys.includes(key));
    topic.put({ ...topic.record, tags: Object.fromEntries(kept) });
    return call.stable({});
  },
});
