import { optional, structure, text } from '../../wire/shape.js';
import { invalid } from '../sns-error.js';
import { resourceTopic } from '../topic/resource-topic.js';
import { isJsonObject } from '../topic/topic-attribute.js';
import { snsAction } from './sns-action.js';

/** PutDataProtectionPolicy: https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html
 *  Kept and shown; no message is looked into for it. */
export const putDataProtectionPolicy = snsAction({
  name: 'PutDataProtectionPolicy',
  input: structure({ ResourceArn: optional(text), DataProtectionPolicy: optional(text) }),
  output: undefined,
  run(call, { ResourceArn, DataProtectionPolicy = '' }) {
    const topic = resourceTopic(call, ResourceArn);
    if (DataProtectionPolicy !== '' && !isJsonObject(DataProtectionPolicy)) throw invalid('DataProtectionPolicy');
    const { DataProtectionPolicy: _, ...others } = topic.record.attributes;
    const attributes = DataProtectionPolicy === '' ? others : { ...others, DataProtectionPolicy };
    topic.put({ ...topic.record, attributes });
    return call.stable(undefined);
  },
});
