import type { MessageQueue } from './delivery/message-queue.js';
import { encodeCheckpoint } from './delivery/queue-checkpoint.js';
import type { Partition } from './log/partition.js';

/** Which queues and partitions differ from their last checkpoint, and the writing of new ones, as `s/<log>`. */
export class Checkpoints {
  readonly #put: (key: string, value: Uint8Array | undefined) => void;
  readonly #changed = new Set<MessageQueue>();
  readonly #due = new Set<MessageQueue>();
  readonly #produced = new Set<Partition>();

  constructor(put: (key: string, value: Uint8Array | undefined) => void) {
    this.#put = put;
  }

  changed(queue: MessageQueue): void {
    this.#changed.add(queue);
  }

  produced(partition: Partition): void {
    this.#produced.add(partition);
  }

  /** Everything that has changed until now is to be written. `flush` is the one that is gathering. */
  begin(flush: number, nowMs: number): void {
    for (const queue of this.#changed) this.#due.add(queue);
    this.#changed.clear();
    for (const { log, producers } of this.#produced) {
      producers.expire(nowMs);
      this.#put(`s/${log}`, producers.encode(flush));
    }
    this.#produced.clear();
  }

  /** Writes the state of up to `count` queues into the flush that is gathering. False when none is left to write. */
  write(count: number, builder: { readonly number: number }): boolean {
    let left = count;
    for (const queue of this.#due) {
      if (left-- <= 0) return true;
      this.#due.delete(queue);
      queue.changed = false;
      this.#put(`s/${queue.log}`, encodeCheckpoint(queue, builder.number));
    }
    return false;
  }

  forget(queue: MessageQueue): void {
    this.#changed.delete(queue);
    this.#due.delete(queue);
    this.#put(`s/${queue.log}`, undefined);
  }

  forgetPartition(partition: Partition): void {
    this.#produced.delete(partition);
  }
}
