import { BrokerError } from '../broker-error.js';
import { type BindingIndex, BindingList, type RoutingStep } from './binding-index.js';
import { FilterPolicy, type FilterScope, FilterSubject } from './filter-policy.js';
import type { BindingNode } from './topology.js';

const POLICY = 'x-filter-policy';
const SCOPE = 'x-filter-policy-scope';

/**
 * Every binding matches (AMQP 0-9-1 section 3.1.3.2), except that one with the argument `x-filter-policy`, a filter
 * policy of Amazon SNS as JSON text, takes only what meets it. `x-filter-policy-scope` is `MessageAttributes` (the
 * default), which looks at the headers, or `MessageBody`.
 */
export class FanoutIndex implements BindingIndex {
  readonly readsKey = false;
  readonly #all = new BindingList();
  readonly #filtered = new Map<BindingNode, FilterPolicy>();

  get readsHeaders(): boolean {
    return this.#filtered.size > 0;
  }

  add(binding: BindingNode): void {
    const policy = policyOf(binding);
    if (policy === undefined) this.#all.add(binding);
    else this.#filtered.set(binding, policy);
  }

  remove(binding: BindingNode): void {
    if (!this.#filtered.delete(binding)) this.#all.remove(binding);
  }

  collect(step: RoutingStep): void {
    this.#all.collect(step);
    if (this.#filtered.size === 0) return;
    const subject = new FilterSubject(step.headers());
    for (const [binding, policy] of this.#filtered) if (policy.matches(subject)) step.match(binding.destination);
  }
}

function policyOf({ arguments: args }: BindingNode): FilterPolicy | undefined {
  const text = args.get(POLICY);
  if (text === undefined) return undefined;
  if (typeof text !== 'string') {
    throw new BrokerError('invalid-argument', `${POLICY} must be a JSON text`, { field: POLICY });
  }
  return new FilterPolicy(text, scopeOf(args.get(SCOPE)));
}

function scopeOf(scope: unknown): FilterScope {
  if (scope === undefined || scope === 'MessageAttributes') return 'MessageAttributes';
  if (scope === 'MessageBody') return scope;
  throw new BrokerError('invalid-argument', `${SCOPE} must be 'MessageAttributes' or 'MessageBody'`, { field: SCOPE });
}
