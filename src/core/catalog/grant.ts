import { matcherOf, type Operation, type PermissionRule, type ResourceKind } from './permission-rule.js';

interface CompiledRule {
  readonly rule: PermissionRule;
  readonly matches: (name: string) => boolean;
}

/** Answers kept per kind and operation. */
const MOST_DECISIONS = 1000;

/** All that one user may do in one virtual host. Made once per set of rules, so its answers never get old. */
export class Grant {
  readonly rules: readonly PermissionRule[];
  readonly #compiled: readonly CompiledRule[];
  /** By operation, kind and name. */
  readonly #decisions: Readonly<Record<Operation, Map<ResourceKind | undefined, Map<string, boolean>>>> = {
    configure: new Map(),
    write: new Map(),
    read: new Map(),
  };

  /** @throws BrokerError `invalid-argument` of field `pattern` */
  constructor(rules: readonly PermissionRule[]) {
    this.rules = rules;
    this.#compiled = rules.map((rule) => ({ rule, matches: matcherOf(rule) }));
  }

  /** `kind` undefined: only what is said of all kinds counts. */
  allows(operation: Operation, kind: ResourceKind | undefined, name: string): boolean {
    let known = this.#decisions[operation].get(kind);
    if (known === undefined) {
      known = new Map();
      this.#decisions[operation].set(kind, known);
    }
    let decision = known.get(name);
    if (decision === undefined) {
      decision = this.#decide(operation, kind, name);
      if (known.size >= MOST_DECISIONS) known.clear();
      known.set(name, decision);
    }
    return decision;
  }

  #decide(operation: Operation, kind: ResourceKind | undefined, name: string): boolean {
    let allowed = false;
    for (const { rule, matches } of this.#compiled) {
      if (rule.operation !== 'any' && rule.operation !== operation) continue;
      if (rule.kind !== 'any' && rule.kind !== kind) continue;
      if (!matches(name)) continue;
      if (rule.effect === 'deny') return false;
      allowed = true;
    }
    return allowed;
  }
}
