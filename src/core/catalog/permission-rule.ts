import { BrokerError } from '../broker-error.js';

export type Operation = 'configure' | 'write' | 'read';
export type ResourceKind = 'queue' | 'exchange' | 'topic' | 'group' | 'transactional-id';

/** One sentence about what a user may do in a virtual host. What no rule allows is denied, and a
 * rule that denies beats all that allow. */
export interface PermissionRule {
  readonly kind: ResourceKind | 'any';
  readonly operation: Operation | 'any';
  /** How `pattern` meets a name: whole, from its start, or as a regular expression found anywhere in it. */
  readonly match: 'literal' | 'prefix' | 'regex';
  readonly pattern: string;
  readonly effect: 'allow' | 'deny';
}

/** RabbitMQ's form of a permission: a regular expression per operation, for queues and exchanges alike. */
export interface RegexPermission {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export function rulesOfRegexes({ configure, write, read }: RegexPermission): PermissionRule[] {
  const rule = (operation: Operation, pattern: string): PermissionRule => {
    return { kind: 'any', operation, match: 'regex', pattern, effect: 'allow' };
  };
  return [rule('configure', configure), rule('write', write), rule('read', read)];
}

/** The same backwards; undefined when the rules say what that form cannot. */
export function regexesOfRules(rules: readonly PermissionRule[]): RegexPermission | undefined {
  const [configure, write, read] = rules;
  if (rules.length !== 3) return undefined;
  const permission = { configure: configure.pattern, write: write.pattern, read: read.pattern };
  const same = rulesOfRegexes(permission).every((rule, i) => {
    const { kind, operation, match, effect } = rules[i];
    return kind === rule.kind && operation === rule.operation && match === rule.match && effect === rule.effect;
  });
  return same ? permission : undefined;
}

/**
 * A function that tells whether a name meets the rule's pattern. The empty regular expression meets only the empty
 * name, as in RabbitMQ.
 * @throws BrokerError `invalid-argument` of field `pattern` for what is not a regular expression
 */
export function matcherOf({ match, pattern }: PermissionRule): (name: string) => boolean {
  if (match === 'literal') return (name) => name === pattern;
  if (match === 'prefix') return (name) => name.startsWith(pattern);
  try {
    const expression = new RegExp(pattern === '' ? '^$' : pattern);
    return (name) => expression.test(name);
  } catch {
    const detail = { field: 'pattern', received: pattern };
    throw new BrokerError('invalid-argument', `not a regular expression: ${pattern}`, detail);
  }
}
