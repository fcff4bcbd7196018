import type { AttributeValue } from '../catalog/attribute-value.js';

/** What a declaration may differ in from the exchange that is there, by RabbitMQ's names. */
export type ExchangeField = 'type' | 'durable' | 'auto_delete' | 'internal' | 'alternate-exchange';

/** Everything that exchanges and bindings can refuse. Each dialect turns every kind into its own answer. */
export type TopologyFault =
  /** `undefined` stands for an argument that is not given. */
  | {
      readonly kind: 'inequivalent';
      readonly exchange: string;
      readonly field: ExchangeField;
      readonly received: AttributeValue | undefined;
      readonly current: AttributeValue | undefined;
    }
  /** The default exchange is not declared, deleted, bound or unbound. */
  | { readonly kind: 'default-exchange' }
  /** A new name that starts with `amq.`. */
  | { readonly kind: 'reserved-name'; readonly exchange: string }
  /** Deletion of an `amq.` name, there or not. */
  | { readonly kind: 'system-exchange'; readonly exchange: string }
  | { readonly kind: 'unknown-type'; readonly type: string }
  /** Deletion only if unused, of an exchange that is the source of a binding. */
  | { readonly kind: 'in-use'; readonly exchange: string }
  | {
      readonly kind: 'invalid-argument';
      readonly exchange: string;
      readonly argument: string;
      readonly reason: 'not-text' | 'unsupported-property' | 'mutually-exclusive';
      readonly value: AttributeValue;
    }
  | {
      readonly kind: 'invalid-binding';
      readonly exchange: string;
      readonly reason: 'match-mode-not-text' | 'unknown-match-mode' | 'weight-not-integer' | 'weight-not-positive';
      /** The value of `x-match`, or the binding key that should be a weight. */
      readonly value: AttributeValue;
    };

export class TopologyError extends Error {
  readonly fault: TopologyFault;
  constructor(fault: TopologyFault) {
    super(`exchange topology: ${fault.kind}`);
    this.name = 'TopologyError';
    this.fault = fault;
  }
}
