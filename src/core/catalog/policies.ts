import type { Declared, DeclaredValue } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import type { Parameters } from './parameters.js';
import { checkDefinition, mergeDefinitions } from './policy-definition.js';

/** What a policy is asked about. */
export type PolicyTarget = 'classic_queue' | 'quorum_queue' | 'stream' | 'exchange';

const APPLIES: Readonly<Record<string, readonly PolicyTarget[]>> = {
  all: ['classic_queue', 'quorum_queue', 'stream', 'exchange'],
  queues: ['classic_queue', 'quorum_queue', 'stream'],
  classic_queues: ['classic_queue'],
  quorum_queues: ['quorum_queue'],
  streams: ['stream'],
  exchanges: ['exchange'],
};

/** The operator's own policies, which only narrow what queues may do. */
export const OPERATOR_POLICY = 'operator_policy';
export const POLICY = 'policy';
export type PolicyKind = typeof POLICY | typeof OPERATOR_POLICY;

/** Settings for all queues and exchanges of a virtual host whose names match. */
export interface Policy {
  readonly virtualHost: string;
  readonly name: string;
  /** A regular expression, found anywhere in the name. */
  readonly pattern: string;
  /** `all`, `queues`, `classic_queues`, `quorum_queues`, `streams` or `exchanges`. */
  readonly applyTo: string;
  /** Of those that match, the one with the highest holds. */
  readonly priority: number;
  readonly definition: Declared;
}

/** What holds for one queue or exchange. */
export interface AppliedPolicy {
  readonly policy: string | undefined;
  readonly operatorPolicy: string | undefined;
  /** Both together; empty where none matches. */
  readonly definition: Declared;
}

interface CompiledPolicy extends Policy {
  readonly expression: RegExp;
  readonly targets: readonly PolicyTarget[];
}

const NONE: AppliedPolicy = { policy: undefined, operatorPolicy: undefined, definition: {} };

/** Policies and operator policies of all virtual hosts, kept as parameters of their two components. */
export class Policies {
  readonly #parameters: Parameters;
  /** By component and virtual host, best first; made when it is asked for. */
  readonly #compiled = new Map<string, readonly CompiledPolicy[]>();

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
    parameters.onChange((virtualHost, component) => this.#compiled.delete(compiledKey(component, virtualHost)));
  }

  all(kind: PolicyKind): Policy[] {
    return Array.from(this.#parameters.all(kind), ({ virtualHost, name, value }) => read(virtualHost, name, value));
  }

  get(kind: PolicyKind, virtualHost: string, name: string): Policy | undefined {
    const value = this.#parameters.get(virtualHost, kind, name);
    return value === undefined ? undefined : read(virtualHost, name, value);
  }

  /**
   * True when it is new. @throws BrokerError `invalid-argument` of field `pattern`, `apply-to`, `priority` or
   * `definition`
   */
  put(kind: PolicyKind, policy: Policy): boolean {
    const { virtualHost, name, pattern, applyTo, priority, definition } = policy;
    compilePattern(pattern);
    if (APPLIES[applyTo] === undefined) throw invalid('apply-to', `apply-to '${applyTo}' is unknown`);
    if (!Number.isSafeInteger(priority)) throw invalid('priority', 'priority should be a number');
    checkDefinition(definition, kind === OPERATOR_POLICY);
    return this.#parameters.put(virtualHost, kind, name, { pattern, 'apply-to': applyTo, priority, definition });
  }

  remove(kind: PolicyKind, virtualHost: string, name: string): boolean {
    return this.#parameters.remove(virtualHost, kind, name);
  }

  /** What holds for the queue or exchange of that name. */
  appliedTo(virtualHost: string, target: PolicyTarget, name: string): AppliedPolicy {
    const policy = this.#best(POLICY, virtualHost, target, name);
    const operator = target === 'exchange' ? undefined : this.#best(OPERATOR_POLICY, virtualHost, target, name);
    if (policy === undefined && operator === undefined) return NONE;
    return {
      policy: policy?.name,
      operatorPolicy: operator?.name,
      definition: mergeDefinitions(policy?.definition ?? {}, operator?.definition ?? {}),
    };
  }

  /** Where an exchange's policy sends what it cannot route. */
  alternateFor(virtualHost: string, exchange: string): string | undefined {
    return this.appliedTo(virtualHost, 'exchange', exchange).definition['alternate-exchange'] as string | undefined;
  }

  #best(kind: PolicyKind, virtualHost: string, target: PolicyTarget, name: string): CompiledPolicy | undefined {
    const key = compiledKey(kind, virtualHost);
    let policies = this.#compiled.get(key);
    if (policies === undefined) {
      policies = this.all(kind)
        .filter((policy) => policy.virtualHost === virtualHost)
        .map((policy) => ({
          ...policy,
          expression: compilePattern(policy.pattern),
          targets: APPLIES[policy.applyTo] ?? [],
        }))
        .sort((a, b) => b.priority - a.priority);
      this.#compiled.set(key, policies);
    }
    return policies.find(({ expression, targets }) => targets.includes(target) && expression.test(name));
  }
}

function compiledKey(component: string, virtualHost: string): string {
  return `${component} ${virtualHost}`;
}

function read(virtualHost: string, name: string, value: DeclaredValue): Policy {
  const { pattern, 'apply-to': applyTo, priority, definition } = value as Declared;
  return {
    virtualHost,
    name,
    pattern: pattern as string,
    applyTo: applyTo as string,
    priority: priority as number,
    definition: definition as Declared,
  };
}

function compilePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    throw invalid('pattern', `pattern '${pattern}' is not a regular expression`);
  }
}

function invalid(field: string, message: string): BrokerError {
  return new BrokerError('invalid-argument', message, { field });
}
