import { replyCodes, type HardErrorName, type ReplyName, type SoftErrorName } from './reply-code.js';

const maxReplyTextBytes = 255;

/** Cuts `text` to what a short string can carry, never inside a character. */
function fitShortString(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxReplyTextBytes) return text;
  let end = maxReplyTextBytes;
  while ((bytes[end] & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/**
 * What a close method says: reply code, reply text (`NAME - detail`, at most 255 bytes) and the method that failed.
 * Whoever dispatches a method fills in its ids when the error itself did not name one.
 */
abstract class AmqpError extends Error {
  readonly replyCode: number;
  readonly replyText: string;
  classId: number;
  methodId: number;

  constructor(name: ReplyName, detail: string, classId: number, methodId: number) {
    const text = fitShortString(detail === '' ? name : `${name} - ${detail}`);
    super(text);
    this.replyCode = replyCodes[name];
    this.replyText = text;
    this.classId = classId;
    this.methodId = methodId;
  }

  /** Names the failing method, unless the error already names one. */
  at(classId: number, methodId: number): this {
    if (this.classId === 0) {
      this.classId = classId;
      this.methodId = methodId;
    }
    return this;
  }
}

/** Closes the channel it happened on. */
export class ChannelError extends AmqpError {
  constructor(name: SoftErrorName, detail: string, classId = 0, methodId = 0) {
    super(name, detail, classId, methodId);
  }
}

/** Closes the whole connection. */
export class ConnectionError extends AmqpError {
  /** False for framing errors, which RabbitMQ reports without a method even when one was being handled. */
  readonly namesMethod: boolean;

  constructor(name: HardErrorName | 'ACCESS_REFUSED', detail: string, classId = 0, methodId = 0, namesMethod = true) {
    super(name, detail, classId, methodId);
    this.namesMethod = namesMethod;
  }

  override at(classId: number, methodId: number): this {
    return this.namesMethod ? super.at(classId, methodId) : this;
  }
}
