import type { MessageHeaders } from './message-headers.js';
import type { BindingNode, ExchangeNode, QueueNode } from './topology.js';

/** The message that is on its way, and what takes the matches. */
export interface RoutingStep {
  /** At least one. A binding matches when any of them does. */
  readonly routingKeys: readonly string[];
  headers(): MessageHeaders;
  /** The same destination may come more than once. */
  match(destination: QueueNode | ExchangeNode): void;
}

/** The bindings of one exchange, arranged as its type looks them up. */
export interface BindingIndex {
  /** Whether what it finds depends on the routing key. */
  readonly readsKey: boolean;
  /** Whether what it finds depends on the headers or properties, or on chance. */
  readonly readsHeaders: boolean;
  /** @throws BrokerError `invalid-argument`, and then nothing was added */
  add(binding: BindingNode): void;
  /** Only for what was added. */
  remove(binding: BindingNode): void;
  collect(step: RoutingStep): void;
}

/** A list that a binding leaves in constant time, because it knows its place; so a binding is in one list only. */
export class BindingList {
  readonly items: BindingNode[] = [];

  add(binding: BindingNode): void {
    binding.place = this.items.length;
    this.items.push(binding);
  }

  remove(binding: BindingNode): void {
    const last = this.items.pop();
    if (last === undefined || last === binding) return;
    last.place = binding.place;
    this.items[binding.place] = last;
  }

  collect(step: RoutingStep): void {
    for (let i = 0; i < this.items.length; i++) step.match(this.items[i].destination);
  }
}
