import type { QueueInfo } from '../../../core/index.js';
import type { Receipt } from '../message/receipt-handle.js';
import { invalidValue, ServiceError } from '../wire/service-error.js';
import type { Call } from './call.js';

/** A receive hides a message for twelve hours at most, however often that is extended. */
const maxHiddenSeconds = 43_200;

/** What a ReceiptHandle stands for. Throws ReceiptHandleIsInvalid when it was not made here, or for another queue. */
function receiptOf(call: Call, queue: QueueInfo, handle: string): Receipt {
  const receipt = call.service.handles.decode(handle);
  if (receipt?.log !== queue.log) {
    throw new ServiceError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    );
  }
  return receipt;
}

/**
 * Deletes one message. On a standard queue any of its handles does, and a second time is as good as the first; on a FIFO queue a handle
 * whose hold has ended is refused, because somebody else may hold the message's group by now.
 */
export function deleteByHandle(call: Call, queue: QueueInfo, handle: string): void {
  const { seq, attempts } = receiptOf(call, queue, handle);
  call.service.receiver.attempts.modified(queue.log, seq);
  const hold = call.broker.acknowledgeMessage(queue.handle, seq, attempts, queue.grouped);
  if (hold === 'expired' && queue.grouped)
    throw invalidValue('ReceiptHandle', handle, 'The receipt handle has expired.');
}

/**
 * Changes for how long one message stays hidden, from now on; 0 shows it at once. On a standard queue any of its handles does, and a message that is
 * not hidden is left as it is.
 */
export function changeVisibilityByHandle(call: Call, queue: QueueInfo, handle: string, seconds: number): void {
  const { seq, attempts, receivedMs } = receiptOf(call, queue, handle);
  if (Math.floor((call.broker.nowMs - receivedMs) / 1000) + seconds > maxHiddenSeconds) {
    const limit = `[${maxHiddenSeconds} seconds]`;
    throw invalidValue(
      'VisibilityTimeout',
      seconds,
      `Total VisibilityTimeout for the message is beyond the limit ${limit}`,
    );
  }
  call.service.receiver.attempts.modified(queue.log, seq);
  const hold = call.broker.extendMessage(queue.handle, seq, attempts, seconds * 1000, queue.grouped);
  if (hold === 'gone' || (hold === 'expired' && queue.grouped)) {
    throw invalidValue(
      'ReceiptHandle',
      handle,
      'Message does not exist or is not available for visibility timeout change.',
    );
  }
}
