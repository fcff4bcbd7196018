import { BrokerError, type Host, type ShareSettings } from '../../../core/index.js';
import { resetDurationMs, type ShareConfig } from './share-config.js';

/** The delivery state of share groups: one of the broker's queues for each partition that a group works off. */
export class ShareQueues {
  readonly #host: Host;
  /** What was last set, by queue. */
  readonly #inForce = new Map<number, ShareSettings>();
  /** Those that are being begun, by group and partition. */
  readonly #opening = new Map<string, Promise<number>>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** The group's queue over the partition, begun where its config says if there is none. Throws BrokerError. */
  async open(partition: number, groupId: string, config: ShareConfig): Promise<number> {
    const found = this.#host.broker.findShare(partition, groupId);
    if (found >= 0) {
      this.#configure(found, config);
      return found;
    }
    const key = `${partition} ${groupId}`;
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      opening = this.#begin(partition, groupId, config).finally(() => this.#opening.delete(key));
      this.#opening.set(key, opening);
    }
    return await opening;
  }

  #configure(queue: number, { maxAttempts, uncommitted }: ShareConfig): void {
    const inForce = this.#inForce.get(queue);
    if (inForce?.maxAttempts === maxAttempts && inForce.uncommitted === uncommitted) return;
    this.#inForce.set(queue, { maxAttempts, uncommitted });
    this.#host.broker.configureShare(queue, { maxAttempts, uncommitted });
  }

  async #begin(partition: number, groupId: string, config: ShareConfig): Promise<number> {
    const { broker } = this.#host;
    const { logStart, highWatermark } = broker.partition(partition);
    const durationMs = resetDurationMs(config.reset);
    let fromOffset = config.reset === 'earliest' ? logStart : highWatermark;
    if (durationMs !== undefined) {
      fromOffset = await this.#host.findOffsetByTimestamp(partition, broker.nowMs - durationMs);
      this.#host.enter();
    }
    return this.begin(partition, groupId, fromOffset, config);
  }

  /** Begins at the offset, whether or not the group had a place there. */
  begin(partition: number, groupId: string, fromOffset: number, config: ShareConfig): number {
    const { broker } = this.#host;
    this.remove(partition, groupId);
    const { maxAttempts, uncommitted } = config;
    const queue = broker.openShare(partition, groupId, fromOffset, { maxAttempts, uncommitted });
    this.#inForce.set(queue, { maxAttempts, uncommitted });
    return queue;
  }

  /** True when the group had a place in the partition. */
  remove(partition: number, groupId: string): boolean {
    const queue = this.#host.broker.findShare(partition, groupId);
    if (queue < 0) return false;
    this.#inForce.delete(queue);
    this.#host.broker.deleteQueue(queue);
    return true;
  }

  /** The group is gone. */
  removeGroup(groupId: string): void {
    for (const queue of this.#host.broker.sharesOf(groupId)) {
      this.#inForce.delete(queue);
      this.#host.broker.deleteQueue(queue);
    }
  }

  /** Where the group stands in a partition; undefined where it has no place. */
  standing(partition: number, groupId: string): { readonly startOffset: number; readonly lag: number } | undefined {
    const { broker } = this.#host;
    const queue = broker.findShare(partition, groupId);
    if (queue < 0) return undefined;
    const { ready, inFlight, delayed } = broker.counts(queue);
    return { startOffset: broker.firstUnsettled(queue), lag: ready + inFlight + delayed };
  }
}

/** Whether this is the broker saying that something is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof BrokerError && error.kind === 'not-found';
}
