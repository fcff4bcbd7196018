import { optional, structure, text, wrappedListOf } from '../../wire/shape.js';
import { checkTags, tag, tagsOf } from '../topic/topic-tag.js';
import { resourceTopic } from '../topic/resource-topic.js';
import { snsAction } from './sns-action.js';

/** TagResource: https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
export const tagResource = snsAction({
  name: 'TagResource',
  input: structure({ ResourceArn: optional(text), Tags: optional(wrappedListOf(tag)) }),
  output: structure({}),
  run(call, { ResourceArn, Tags }) {
    const topic = resourceTopic(call, ResourceArn);
    const tags = { ...topic.record.tags, ...tagsOf(Tags) };
    checkTags(tags);
    topic.put({ ...topic.record, tags });
    return call.stable({});
  },
});
