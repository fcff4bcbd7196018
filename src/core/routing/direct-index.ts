import { type BindingIndex, BindingList, type RoutingStep } from './binding-index.js';
import type { BindingNode } from './topology.js';

/** A binding matches when its key is the message's (AMQP 0-9-1 section 3.1.3.1). */
export class DirectIndex implements BindingIndex {
  readonly readsKey = true;
  readonly readsHeaders = false;
  readonly #byKey = new Map<string, BindingList>();

  add(binding: BindingNode): void {
    let list = this.#byKey.get(binding.routingKey);
    if (list === undefined) {
      list = new BindingList();
      this.#byKey.set(binding.routingKey, list);
    }
    list.add(binding);
  }

  remove(binding: BindingNode): void {
    const list = this.#byKey.get(binding.routingKey);
    if (list === undefined) return;
    list.remove(binding);
    if (list.items.length === 0) this.#byKey.delete(binding.routingKey);
  }

  collect(step: RoutingStep): void {
    for (const routingKey of step.routingKeys) this.#byKey.get(routingKey)?.collect(step);
  }
}
