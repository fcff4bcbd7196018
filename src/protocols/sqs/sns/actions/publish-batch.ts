import { flag, optional, structure, text, type ValueOf, wrappedListOf } from '../../wire/shape.js';
import { checkPublication, maxBytesOf, publicationMembers } from '../publish/publication.js';
import { missing, SnsError, snsErrorOf } from '../sns-error.js';
import { snsAction } from './sns-action.js';

const entry = structure({ Id: optional(text), ...publicationMembers });
const success = structure({ Id: optional(text), MessageId: optional(text), SequenceNumber: optional(text) });
const failure = structure({
  Id: optional(text),
  Code: optional(text),
  Message: optional(text),
  SenderFault: optional(flag),
});

const maxEntries = 10;
const maxIdLength = 80;

/** PublishBatch: https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
 *  An entry that is not well-formed fails the whole batch, as it does in the service. */
export const publishBatch = snsAction({
  name: 'PublishBatch',
  input: structure({ TopicArn: optional(text), PublishBatchRequestEntries: optional(wrappedListOf(entry)) }),
  output: structure({ Successful: optional(wrappedListOf(success)), Failed: optional(wrappedListOf(failure)) }),
  async run(call, { TopicArn: arn, PublishBatchRequestEntries: entries }) {
    if (entries.length > maxEntries) {
      throw new SnsError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
    }
    const topic = call.topic(arn);
    checkIds(entries);
    const publications = entries.map((each, i) =>
      checkPublication(topic, each, `publishBatchRequestEntries.${i + 1}.member.`),
    );
    const sizeBytes = publications.reduce((bytes, each) => bytes + each.sizeBytes, 0);
    if (sizeBytes > maxBytesOf(topic)) {
      throw new SnsError('BatchRequestTooLong', 'The length of all the messages put together is more than the limit.');
    }
    if (call.congestion !== undefined) await call.congestion;
    const Successful: ValueOf<typeof success>[] = [];
    const Failed: ValueOf<typeof failure>[] = [];
    let lastFlush = 0;
    for (const [i, publication] of publications.entries()) {
      const { Id } = entries[i];
      try {
        const published = call.sns.publisher.publish(topic, publication, call.topicArn(topic.name), call.caller.trace);
        lastFlush = Math.max(lastFlush, published.flush);
        Successful.push({ Id, MessageId: published.messageId, SequenceNumber: published.sequenceNumber || undefined });
      } catch (error) {
        const { code, message, fault } = snsErrorOf(error);
        Failed.push({ Id, Code: code, Message: message, SenderFault: fault === 'Sender' });
      }
    }
    return call.flushed(lastFlush, { Successful, Failed });
  },
});

function checkIds(entries: readonly ValueOf<typeof entry>[]): void {
  if (entries.length === 0) throw new SnsError('EmptyBatchRequest', 'The batch request does not contain any entries.');
  const seen = new Set<string>();
  for (const [i, { Id: id }] of entries.entries()) {
    if (id === undefined) throw missing(`publishBatchRequestEntries.${i + 1}.member.id`);
    if (seen.has(id)) {
      throw new SnsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
    }
    seen.add(id);
  }
  for (const id of seen) {
    const what = 'The Id of a batch entry in the batch request';
    if (id.length > maxIdLength) throw new SnsError('InvalidBatchEntryId', `${what} is too long: ${id}`);
    if (!/^[A-Za-z0-9_-]+$/.test(id)) {
      throw new SnsError('InvalidBatchEntryId', `${what} contains an impermissible character: ${id}`);
    }
  }
}
