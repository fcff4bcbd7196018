import { type BindingIndex, BindingList, type RoutingStep } from './binding-index.js';
import type { BindingNode } from './topology.js';

/** Every binding matches (AMQP 0-9-1 section 3.1.3.2). */
export class FanoutIndex implements BindingIndex {
  readonly readsKey = false;
  readonly readsHeaders = false;
  readonly #all = new BindingList();

  add(binding: BindingNode): void {
    this.#all.add(binding);
  }

  remove(binding: BindingNode): void {
    this.#all.remove(binding);
  }

  collect(step: RoutingStep): void {
    this.#all.collect(step);
  }
}
