import { departFound } from './departures.js';
import type { MessageQueue } from './message-queue.js';
import { FOUND } from './next-message.js';

/** Would one more message be over the limit of a queue that refuses then? What is not visible yet counts. */
export function refuses({ settings, pending, readyCount, readyBytes }: MessageQueue): boolean {
  const { overflow, maxLength, maxLengthBytes } = settings;
  if (overflow === undefined || overflow === 'drop-head') return false;
  return (
    (maxLength !== undefined && readyCount + pending.size >= maxLength) ||
    (maxLengthBytes !== undefined && readyBytes + pending.sizeBytes >= maxLengthBytes)
  );
}

/** Drops from the head what is more than the limit allows. True when something left. */
export function limitLength(queue: MessageQueue): boolean {
  const { overflow, maxLength, maxLengthBytes } = queue.settings;
  if ((maxLength === undefined && maxLengthBytes === undefined) || (overflow ?? 'drop-head') !== 'drop-head')
    return false;
  let left = false;
  while (
    queue.readyCount > 0 &&
    ((maxLength !== undefined && queue.readyCount > maxLength) ||
      (maxLengthBytes !== undefined && queue.readyBytes > maxLengthBytes))
  ) {
    if (queue.next.find(0) !== FOUND) return left;
    departFound(queue, 'maxlen');
    left = true;
  }
  return left;
}
