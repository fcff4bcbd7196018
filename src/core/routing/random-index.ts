import { type BindingIndex, BindingList, type RoutingStep } from './binding-index.js';
import type { BindingNode } from './topology.js';
import { uniform } from './text-hash.js';

/**
 * Sends each message to one of the bindings, whichever: routing keys mean nothing. The choices are a fixed sequence
 * that looks random, so that the same commands have the same effects.
 */
export class RandomIndex implements BindingIndex {
  readonly readsKey = false;
  /** No route is like the one before, so none may be kept. */
  readonly readsHeaders = true;
  readonly #bindings = new BindingList();
  #drawn = 0;

  add(binding: BindingNode): void {
    this.#bindings.add(binding);
  }

  remove(binding: BindingNode): void {
    this.#bindings.remove(binding);
  }

  collect(step: RoutingStep): void {
    const { items } = this.#bindings;
    if (items.length === 0) return;
    this.#drawn = (this.#drawn + 1) | 0;
    // uniform() draws from (0, 1]
    step.match(items[Math.ceil(uniform(this.#drawn) * items.length) - 1].destination);
  }
}
