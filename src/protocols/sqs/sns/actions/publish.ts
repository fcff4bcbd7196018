import { optional, structure, text } from '../../wire/shape.js';
import { checkPublication, publicationMembers } from '../publish/publication.js';
import { invalid, SnsError } from '../sns-error.js';
import { readTopicArn } from '../topic/topic-arn.js';
import { snsAction } from './sns-action.js';

/** Publish: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const publish = snsAction({
  name: 'Publish',
  input: structure({
    TopicArn: optional(text),
    TargetArn: optional(text),
    PhoneNumber: optional(text),
    ...publicationMembers,
  }),
  output: structure({ MessageId: optional(text), SequenceNumber: optional(text) }),
  async run(call, { TopicArn, TargetArn, PhoneNumber, ...message }) {
    if (PhoneNumber !== undefined) {
      throw new SnsError('UnsupportedOperation', 'Messages to phone numbers are not supported; topics are.');
    }
    const arn = TopicArn ?? TargetArn;
    if (arn === undefined) throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
    if (TopicArn === undefined && arn.includes(':endpoint/')) {
      throw invalid('TargetArn Reason: No endpoint found for the target arn specified');
    }
    const topic = call.topic(arn);
    const publication = checkPublication(topic, message);
    if (call.congestion !== undefined) await call.congestion;
    const { region, account, name } = readTopicArn(arn);
    const ownArn = `arn:aws:sns:${region}:${account}:${name}`;
    const { messageId, sequenceNumber, flush } = call.sns.publisher.publish(
      topic,
      publication,
      ownArn,
      call.caller.trace,
    );
    return call.flushed(flush, { MessageId: messageId, SequenceNumber: sequenceNumber || undefined });
  },
});
