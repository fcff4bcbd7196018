import { sqsRequest } from './sqs-request.js';

/** Digits with which each message body begins, so that a lost or doubled message shows. */
const digits = 9;
/** Marks their places in an encoded request; no other part of it looks like this. */
const mark = '#'.repeat(digits);

function messageBody(bytes: number): string {
  return mark.padEnd(bytes, 'b');
}

/** The number of a message, from its body. */
export function messageNumber(body: string): number {
  return Number(body.slice(0, digits));
}

/** A request encoded once, in which only the numbers of its messages are changed from one sending to the next. */
export class NumberedRequest {
  readonly messages: number;
  readonly #bytes: Buffer;
  readonly #places: number[] = [];

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + digits)) this.#places.push(at);
    this.messages = this.#places.length;
  }

  /** `group`: for a FIFO queue. */
  static send(port: number, queueUrl: string, bodyBytes: number, group?: string): NumberedRequest {
    const parameters = { QueueUrl: queueUrl, MessageBody: messageBody(bodyBytes), MessageGroupId: group };
    return new NumberedRequest(sqsRequest(port, 'SendMessage', parameters));
  }

  static sendBatch(
    port: number,
    queueUrl: string,
    bodyBytes: number,
    entries: number,
    group?: string,
  ): NumberedRequest {
    const list = Array.from({ length: entries }, (_, index) => ({
      Id: `e${index}`,
      MessageBody: messageBody(bodyBytes),
      MessageGroupId: group,
    }));
    return new NumberedRequest(sqsRequest(port, 'SendMessageBatch', { QueueUrl: queueUrl, Entries: list }));
  }

  /** The octets for messages `first`, `first + 1` and so on. They may be sent again only when they were answered. */
  numbered(first: number): Buffer {
    for (const [index, place] of this.#places.entries()) {
      this.#bytes.write(String(first + index).padStart(digits, '0'), place, 'latin1');
    }
    return this.#bytes;
  }
}
