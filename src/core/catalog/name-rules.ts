import { utf8Length } from '../../bytes/utf8.js';

/** What is wrong with a name that a dialect is to create. */
export type NameFault = 'empty' | 'too-long' | 'illegal-character' | 'dots-only' | 'fifo-suffix-missing';

/** A name on the wire is a short string (AMQP 0-9-1 section 4.2.5.3). */
const AMQP_BYTES = 255;
const KAFKA_CHARACTERS = 249;
const SQS_CHARACTERS = 80;
const FIFO_SUFFIX = '.fifo';

/** The name that an AMQP client means: RabbitMQ takes line breaks out of every name that is declared. */
export function stripLineBreaks(name: string): string {
  return name.replaceAll(/[\r\n]/g, '');
}

/** Of queues, exchanges and virtual hosts. */
export function amqpNameFault(name: string): NameFault | undefined {
  if (name === '') return 'empty';
  return utf8Length(name) > AMQP_BYTES ? 'too-long' : undefined;
}

/** Of topics, as Kafka's brokers check them: what may name a directory on any file system. */
export function kafkaNameFault(name: string): NameFault | undefined {
  if (name === '') return 'empty';
  if (name === '.' || name === '..') return 'dots-only';
  if (name.length > KAFKA_CHARACTERS) return 'too-long';
  return /^[a-zA-Z0-9._-]+$/.test(name) ? undefined : 'illegal-character';
}

/** Of queues, as CreateQueue checks QueueName: the suffix `.fifo` is for FIFO queues, required there, and counts. */
export function sqsNameFault(name: string, fifo: boolean): NameFault | undefined {
  if (name === '') return 'empty';
  if (name.length > SQS_CHARACTERS) return 'too-long';
  if (fifo && !name.endsWith(FIFO_SUFFIX)) return 'fifo-suffix-missing';
  const stem = fifo ? name.slice(0, -FIFO_SUFFIX.length) : name;
  return /^[a-zA-Z0-9_-]+$/.test(stem) ? undefined : 'illegal-character';
}
