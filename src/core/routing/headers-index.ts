import { BrokerError } from '../broker-error.js';
import type { HeaderValue } from '../broker.js';
import type { BindingIndex, RoutingStep } from './binding-index.js';
import { sameHeaderValue } from './header-value.js';
import type { MessageHeaders } from './message-headers.js';
import type { BindingNode } from './topology.js';

/** What a binding's arguments ask of a message. */
interface Condition {
  /** All of the wanted headers, or any one of them. */
  readonly all: boolean;
  readonly wanted: readonly (readonly [name: string, value: HeaderValue])[];
}

/**
 * A binding matches when the message has the headers that its arguments name, with the same value, or with any value
 * where the argument is void (AMQP 0-9-1 section 3.1.3.4). `x-match` is `all` (the default), `any`, `all-with-x` or
 * `any-with-x`; arguments that start with `x-` count only in the last two, and `x-match` itself never does. `all` of
 * nothing matches every message, `any` of nothing none.
 */
export class HeadersIndex implements BindingIndex {
  readonly readsKey = false;
  readonly readsHeaders = true;
  readonly #conditions = new Map<BindingNode, Condition>();

  add(binding: BindingNode): void {
    this.#conditions.set(binding, conditionOf(binding));
  }

  remove(binding: BindingNode): void {
    this.#conditions.delete(binding);
  }

  collect(step: RoutingStep): void {
    if (this.#conditions.size === 0) return;
    const headers = step.headers();
    for (const [binding, condition] of this.#conditions) {
      if (holds(condition, headers)) step.match(binding.destination);
    }
  }
}

function holds({ all, wanted }: Condition, headers: MessageHeaders): boolean {
  for (const [name, value] of wanted) {
    const actual = headers.get(name);
    const met = actual !== undefined && (value === null || sameHeaderValue(value, actual));
    if (met !== all) return met;
  }
  return all;
}

function conditionOf(binding: BindingNode): Condition {
  const { arguments: args } = binding;
  const mode = args.has('x-match') ? args.get('x-match') : 'all';
  const withX = mode === 'all-with-x' || mode === 'any-with-x';
  if (!withX && mode !== 'all' && mode !== 'any') {
    throw new BrokerError('invalid-argument', "x-match must be 'all', 'any', 'all-with-x' or 'any-with-x'", {
      field: 'x-match',
      ...(typeof mode === 'string' && { received: mode }),
    });
  }
  const wanted = [...args].filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')));
  return { all: mode.startsWith('all'), wanted };
}
