import { optional, structure, text, wrappedListOf } from '../../wire/shape.js';
import { tag } from '../topic/topic-tag.js';
import { resourceTopic } from '../topic/resource-topic.js';
import { snsAction } from './sns-action.js';

/** ListTagsForResource: https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html */
export const listTagsForResource = snsAction({
  name: 'ListTagsForResource',
  input: structure({ ResourceArn: optional(text) }),
  output: structure({ Tags: optional(wrappedListOf(tag)) }),
  run(call, { ResourceArn }) {
    const { tags } = resourceTopic(call, ResourceArn).record;
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  },
});
