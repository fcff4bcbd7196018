import { optional, structure, text } from '../../wire/shape.js';
import { resourceTopic } from '../topic/resource-topic.js';
import { snsAction } from './sns-action.js';

/** GetDataProtectionPolicy: https://docs.aws.amazon.com/sns/latest/api/API_GetDataProtectionPolicy.html */
export const getDataProtectionPolicy = snsAction({
  name: 'GetDataProtectionPolicy',
  input: structure({ ResourceArn: optional(text) }),
  output: structure({ DataProtectionPolicy: optional(text) }),
  run(call, { ResourceArn }) {
    const { attributes } = resourceTopic(call, ResourceArn).record;
    return { DataProtectionPolicy: attributes['DataProtectionPolicy'] };
  },
});
