import { optional, structure, text } from '../../wire/shape.js';
import { invalid, missing } from '../sns-error.js';
import { checkTopicAttribute } from '../topic/topic-attribute.js';
import { snsAction } from './sns-action.js';

/** SetTopicAttributes: https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
export const setTopicAttributes = snsAction({
  name: 'SetTopicAttributes',
  input: structure({ TopicArn: optional(text), AttributeName: optional(text), AttributeValue: optional(text) }),
  output: undefined,
  run(call, { TopicArn, AttributeName: name, AttributeValue: value = '' }) {
    const topic = call.topic(TopicArn);
    if (name === undefined) throw missing('attributeName');
    const onlyFifo = name === 'ContentBasedDeduplication' || name === 'FifoThroughputScope';
    if (name === 'FifoTopic' || (onlyFifo && !topic.fifo)) throw invalid('AttributeName');
    const checked = checkTopicAttribute(name, value);
    const { [name]: _, ...others } = topic.record.attributes;
    const attributes = checked === undefined ? others : { ...others, [name]: checked };
    topic.put({ ...topic.record, attributes });
    return call.stable(undefined);
  },
});
