import type { Workload } from '../workload.js';

/** An AMQP load that is known by a name, so that its figures can be compared over the years. */
export interface AmqpShape {
  /** As it appears in the table and in the targets. */
  readonly name: string;
  /** One line that says what it does. */
  readonly title: string;
  readonly workload: Omit<Workload, 'queuePrefix'>;
  /** `throughput` is end to end; `latency` is that of a fixed rate. */
  readonly measures: 'throughput' | 'latency';
  /**
   * For shapes whose confirms promise something: how many of its messages one turn of the disk loop writes, which is as
   * many as its publishers can have outstanding, up to 1 MiB.
   */
  readonly messagesPerSync?: number;
}

/** A limit that no run reaches within its time; it keeps a runaway from filling the disk. */
export const unreached = 20_000_000;

/** As far as one write of the disk loop goes. */
export const mostPerSync = 1024;
