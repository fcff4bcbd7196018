import type { ModelMessage, ModelQueue, ModelTaker } from './model-queue.test.js';

export interface ModelHold {
  readonly queue: ModelQueue;
  readonly message: ModelMessage;
  readonly taker: ModelTaker;
}

/** Deliveries under one counter. */
export class ModelSession {
  readonly handle: number;
  credit = 0;
  paused = false;
  open = true;
  lastDeliveryId = 0;
  readonly held = new Map<number, ModelHold>();

  constructor(handle: number) {
    this.handle = handle;
  }

  /** What counts against its credit. */
  get pushed(): number {
    return [...this.held.values()].filter(({ taker }) => taker.kind === 'subscription').length;
  }
}
