import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { messageText, randomLength } from '../message-text.js';
import { type LifeContext, noteFailure, pause } from './load.js';
import { queueUrl, sqsClient } from './sqs-load.js';

const QUEUE = 'sqs-groups.fifo';
const BIGGEST_BODY = 20_000;
const GROUPS = ['group-0', 'group-1', 'group-2', 'group-3', 'group-4'];
/** Well inside the five minutes of SQS. */
const REPEAT_WITHIN_MS = 60_000;
const REMEMBERED = 500;

interface Message {
  readonly id: string;
  readonly group: string;
  readonly body: string;
}

/**
 * Sends to a FIFO queue as one sender that outlives the broker: what was not answered is sent again with the same
 * deduplication ids in the next life, before anything new, and now and then what was answered long ago.
 */
export class FifoSender {
  #unanswered: readonly Message[] = [];
  readonly #answered: { readonly message: Message; readonly atMs: number }[] = [];

  /** One life's part of it. */
  readonly load = async (context: LifeContext): Promise<void> => {
    const client = sqsClient(context.urls.sqs);
    const random = context.random.fork();
    try {
      if (this.#unanswered.length > 0) await this.#send(client, this.#unanswered, context);
      while (!context.over.aborted) {
        const old = random.pick([...this.#answered, undefined]);
        if (old !== undefined && random.chance(0.15) && Date.now() - old.atMs < REPEAT_WITHIN_MS) {
          await this.#send(client, [old.message], context);
        } else {
          await this.#send(client, this.#fresh(context), context);
        }
        await pause(random.between(5, 30), context.over);
      }
    } finally {
      client.destroy();
    }
  };

  /** Sends again what was never answered, to a broker that stays up. */
  async settle(context: LifeContext): Promise<void> {
    const client = sqsClient(context.urls.sqs);
    try {
      if (this.#unanswered.length > 0) await this.#send(client, this.#unanswered, context);
    } finally {
      client.destroy();
    }
  }

  #fresh({ history, random, nextNumber }: LifeContext): readonly Message[] {
    return Array.from({ length: random.between(1, 6) }, () => {
      const group = random.pick(GROUPS);
      const id = `${group}:${nextNumber(group)}`;
      history.add({ kind: 'sent', id, places: [QUEUE] });
      return { id, group, body: messageText(id, randomLength(random, BIGGEST_BODY)) };
    });
  }

  async #send(client: SQSClient, messages: readonly Message[], context: LifeContext): Promise<void> {
    this.#unanswered = messages;
    const { Successful = [], Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl(context.urls.sqs, QUEUE),
        Entries: messages.map(({ id, group, body }, i) => ({
          Id: String(i),
          MessageBody: body,
          MessageGroupId: group,
          MessageDeduplicationId: id.replace(':', '-'),
        })),
      }),
    );
    this.#unanswered = [];
    for (const { Id, SequenceNumber } of Successful) {
      const message = messages[Number(Id)];
      context.history.add({ kind: 'confirmed', id: message.id, sequence: SequenceNumber! });
      this.#answered.push({ message, atMs: Date.now() });
    }
    while (this.#answered.length > REMEMBERED) this.#answered.shift();
    for (const { Id, Code } of Failed) noteFailure(context, `${messages[Number(Id)].id} was refused: ${Code}`);
  }
}
