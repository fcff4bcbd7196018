import { type AttributeValue, sameAttribute } from '../catalog/attribute-value.js';
import type { BindingIndex, MatchSink } from './binding-index.js';
import type { MessageHeaders } from './message-headers.js';
import { TopologyError } from './topology-error.js';
import type { BindingNode } from './topology.js';

/** What a binding's arguments ask of a message. */
interface Condition {
  /** All of the wanted headers, or any one of them. */
  readonly all: boolean;
  readonly wanted: readonly (readonly [name: string, value: AttributeValue])[];
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

  collect(_routingKeys: readonly string[], headers: MessageHeaders | undefined, into: MatchSink): void {
    for (const [binding, condition] of this.#conditions) {
      if (holds(condition, headers)) into.match(binding.destination);
    }
  }
}

function holds({ all, wanted }: Condition, headers: MessageHeaders | undefined): boolean {
  for (const [name, value] of wanted) {
    const actual = headers?.get(name);
    const met = actual !== undefined && (value === null || sameAttribute(value, actual));
    if (met !== all) return met;
  }
  return all;
}

function conditionOf(binding: BindingNode): Condition {
  const mode = binding.arguments.get('x-match') ?? (binding.arguments.has('x-match') ? null : 'all');
  const exchange = binding.source.name;
  if (typeof mode !== 'string') {
    throw new TopologyError({ kind: 'invalid-binding', exchange, reason: 'match-mode-not-text', value: mode });
  }
  const withX = mode === 'all-with-x' || mode === 'any-with-x';
  if (!withX && mode !== 'all' && mode !== 'any') {
    throw new TopologyError({ kind: 'invalid-binding', exchange, reason: 'unknown-match-mode', value: mode });
  }
  const wanted = [...binding.arguments].filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')));
  return { all: mode.startsWith('all'), wanted };
}
