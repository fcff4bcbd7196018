import { optional, structure, text, wrappedListOf, wrappedMapOf } from '../../wire/shape.js';
import type { SnsCall } from '../sns-call.js';
import { invalid, missing } from '../sns-error.js';
import { checkTopicAttribute, isJsonObject } from '../topic/topic-attribute.js';
import { checkTopicName } from '../topic/topic-name.js';
import { checkTags, tag, tagsOf } from '../topic/topic-tag.js';
import type { Topic } from '../topic/topic.js';
import { snsAction } from './sns-action.js';

type Texts = Readonly<Record<string, string>>;

/** CreateTopic: https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
export const createTopic = snsAction({
  name: 'CreateTopic',
  input: structure({
    Name: optional(text),
    Attributes: optional(wrappedMapOf(text)),
    Tags: optional(wrappedListOf(tag)),
    DataProtectionPolicy: optional(text),
  }),
  output: structure({ TopicArn: optional(text) }),
  run(call, { Name: name, Attributes, Tags, DataProtectionPolicy }) {
    if (name === undefined) throw missing('name');
    const attributes = attributesOf(Attributes);
    if (DataProtectionPolicy !== undefined) {
      if (!isJsonObject(DataProtectionPolicy)) throw invalid('DataProtectionPolicy');
      attributes['DataProtectionPolicy'] = DataProtectionPolicy;
    }
    checkTopicName(name, attributes['FifoTopic'] === 'true');
    const tags = tagsOf(Tags);
    checkTags(tags);
    const existing = call.sns.topics.find(call.virtualHost, name);
    if (existing === undefined) create(call, name, attributes, tags);
    else assertSame(existing, attributes, tags);
    return call.stable({ TopicArn: call.topicArn(name) });
  },
});

function attributesOf(given: ReadonlyMap<string, string>): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of given) {
    const checked = checkTopicAttribute(name, value);
    if (checked !== undefined) attributes[name] = checked;
  }
  if (attributes['FifoTopic'] === 'false') delete attributes['FifoTopic'];
  if (attributes['FifoTopic'] === undefined && attributes['ContentBasedDeduplication'] === 'true') {
    throw invalid('Attributes Reason: Content-based deduplication can only be set for FIFO topics');
  }
  return attributes;
}

function create(call: SnsCall, name: string, attributes: Texts, tags: Texts): void {
  call.sns.topics.create(call.virtualHost, name, { attributes, tags });
  call.sns.signer.prepare();
}

/** Whatever is asked for now must be in force already; what is not asked for does not matter. */
function assertSame(topic: Topic, attributes: Texts, tags: Texts): void {
  const { record } = topic;
  for (const [name, value] of Object.entries(attributes)) {
    if ((record.attributes[name] ?? '') !== value && !(name === 'ContentBasedDeduplication' && value === 'false')) {
      throw invalid('Attributes Reason: Topic already exists with different attributes');
    }
  }
  for (const [key, value] of Object.entries(tags)) {
    if (record.tags[key] !== value) throw invalid('Tags Reason: Topic already exists with different tags');
  }
}
