import { invalid } from '../sns-error.js';

/** An exchange's name is a short string (AMQP 0-9-1 section 4.2.5.3); the service itself allows one character more. */
const maxCharacters = 255;
const fifoSuffix = '.fifo';

/** Throws InvalidParameter when no topic can have the name. */
export function checkTopicName(name: string, fifo: boolean): void {
  const stem = fifo && name.endsWith(fifoSuffix) ? name.slice(0, -fifoSuffix.length) : name;
  const complete = !fifo || name.endsWith(fifoSuffix);
  if (!complete || name.length > maxCharacters || !/^[A-Za-z0-9_-]+$/.test(stem)) throw invalid('Topic Name');
}
