import type { BindingIndex, RoutingStep } from './binding-index.js';
import type { BindingNode } from './topology.js';
import { hashText } from './text-hash.js';

/**
 * Sends each message to one of the bindings, the same for the same routing key: the hash of the key, modulo how many
 * bindings there are, in the order of their names. What the bindings' own keys are means nothing. The choice for a
 * given key is not RabbitMQ's, and moves when a binding comes or goes.
 */
export class ModulusHashIndex implements BindingIndex {
  readonly readsKey = true;
  readonly readsHeaders = false;
  readonly #bindings: BindingNode[] = [];

  add(binding: BindingNode): void {
    const name = orderOf(binding);
    const after = this.#bindings.findIndex((each) => orderOf(each) > name);
    this.#bindings.splice(after < 0 ? this.#bindings.length : after, 0, binding);
  }

  remove(binding: BindingNode): void {
    this.#bindings.splice(this.#bindings.indexOf(binding), 1);
  }

  collect(step: RoutingStep): void {
    const count = this.#bindings.length;
    if (count === 0) return;
    step.match(this.#bindings[(hashText(step.routingKeys[0]) >>> 0) % count].destination);
  }
}

function orderOf({ destination, identity }: BindingNode): string {
  return `${destination.kind} ${destination.name} ${identity}`;
}
