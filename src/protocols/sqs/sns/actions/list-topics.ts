import { pageOf } from '../../queue/page.js';
import { optional, structure, text, wrappedListOf } from '../../wire/shape.js';
import { snsAction } from './sns-action.js';

const pageSize = 100;

/** ListTopics: https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
export const listTopics = snsAction({
  name: 'ListTopics',
  input: structure({ NextToken: optional(text) }),
  output: structure({
    Topics: optional(wrappedListOf(structure({ TopicArn: optional(text) }))),
    NextToken: optional(text),
  }),
  run(call, { NextToken }) {
    const sorted = call.sns.topics.in(call.virtualHost).map(({ name }) => name);
    const { names, nextToken } = pageOf(sorted, pageSize, NextToken || undefined);
    return { Topics: names.map((name) => ({ TopicArn: call.topicArn(name) })), NextToken: nextToken };
  },
});
