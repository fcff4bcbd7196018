import { decodeUtf8 } from '../../bytes/utf8.js';
import type { HeaderValue } from '../broker.js';
import { compileRule, filterFault, type FilterRule, type FilterValue } from './filter-rule.js';
import type { MessageHeaders } from './message-headers.js';

/** What a policy looks at: the attributes (headers) of a message, or its body, which then is a JSON object. */
export type FilterScope = 'MessageAttributes' | 'MessageBody';

const maxKeys = 5;
const maxCombinations = 150;

/** All keys must be met, and at least one branch of each `$or`. */
interface Conditions {
  readonly leaves: readonly (readonly [key: string, rules: readonly FilterRule[]])[];
  readonly nested: readonly (readonly [key: string, conditions: Conditions])[];
  readonly alternatives: readonly (readonly Conditions[])[];
}

/** A message as filter policies look at it; its body is parsed once at most, however many policies ask. */
export class FilterSubject {
  readonly headers: MessageHeaders;
  #body: unknown;
  #parsed = false;

  constructor(headers: MessageHeaders) {
    this.headers = headers;
  }

  /** The JSON value that the body is; undefined when it is none. */
  get body(): unknown {
    if (!this.#parsed) {
      this.#parsed = true;
      const bytes = this.headers.body?.();
      try {
        this.#body = bytes === undefined ? undefined : JSON.parse(decodeUtf8(bytes));
      } catch {
        this.#body = undefined;
      }
    }
    return this.#body;
  }
}

/** A filter policy of Amazon SNS (developer guide, "Subscription filter policies"), ready to be asked. */
export class FilterPolicy {
  readonly #conditions: Conditions;
  readonly #scope: FilterScope;

  /**
   * `text`: the policy's JSON.
   * @throws BrokerError `invalid-argument` of field `x-filter-policy`, its message in the service's words
   */
  constructor(text: string, scope: FilterScope) {
    let policy: unknown;
    try {
      policy = JSON.parse(text);
    } catch {
      throw filterFault('failed to parse JSON.');
    }
    if (!isObject(policy)) throw filterFault('failed to parse JSON. A filter policy is a JSON object.');
    if (Object.keys(policy).length > maxKeys) throw filterFault(`Filter policy can not have more than ${maxKeys} keys`);
    const compiler = new Compiler(scope);
    this.#conditions = compiler.conditions(policy, 1);
    if (compiler.combinations > maxCombinations) throw filterFault('Filter policy is too complex');
    this.#scope = scope;
  }

  matches(subject: FilterSubject): boolean {
    if (this.#scope === 'MessageAttributes') return meetsHeaders(this.#conditions, subject.headers);
    const { body } = subject;
    return isObject(body) && meets(this.#conditions, body);
  }
}

class Compiler {
  /** Values of all keys multiplied, each times its depth. */
  combinations = 1;
  readonly #scope: FilterScope;

  constructor(scope: FilterScope) {
    this.#scope = scope;
  }

  conditions(policy: Readonly<Record<string, unknown>>, depth: number): Conditions {
    // Each level counts once at least.
    if (depth > maxCombinations) throw filterFault('Filter policy is too complex');
    const leaves: [string, FilterRule[]][] = [];
    const nested: [string, Conditions][] = [];
    const alternatives: Conditions[][] = [];
    for (const [key, value] of Object.entries(policy)) {
      if (isObject(value)) {
        if (this.#scope === 'MessageAttributes') this.#refuseNested(value);
        nested.push([key, this.conditions(value, depth + 1)]);
      } else if (!Array.isArray(value)) throw filterFault(`"${key}" must be an object or an array`);
      else if (value.length === 0) throw filterFault('Empty arrays are not allowed');
      else if (key === '$or' && value.length > 1 && value.every(isBranch))
        alternatives.push(this.#branches(value, depth));
      else {
        this.combinations *= value.length * depth;
        leaves.push([key, value.map(compileRule)]);
      }
    }
    return { leaves, nested, alternatives };
  }

  /** The first rule that is neither object nor array says more about what is wrong than that it is nested. */
  #refuseNested(value: Readonly<Record<string, unknown>>): never {
    for (const [key, inner] of Object.entries(value)) {
      if (!isObject(inner) && !Array.isArray(inner)) throw filterFault(`"${key}" must be an object or an array`);
    }
    throw filterFault('Filter policy scope MessageAttributes does not support nested filter policy');
  }

  #branches(branches: readonly Readonly<Record<string, unknown>>[], depth: number): Conditions[] {
    const before = this.combinations;
    let sum = 0;
    const compiled = branches.map((branch) => {
      this.combinations = before;
      const conditions = this.conditions(branch, depth);
      sum += this.combinations;
      return conditions;
    });
    this.combinations = sum;
    return compiled;
  }
}

/** A branch of `$or` names keys; an object with one operator instead is a rule about a key that is called `$or`. */
function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && Object.values(value).every((each) => isObject(each) || Array.isArray(each));
}

function meetsHeaders({ leaves, alternatives }: Conditions, headers: MessageHeaders): boolean {
  for (const [key, rules] of leaves) {
    const value = headers.get(key);
    if (!meetsRules(rules, value !== undefined, valuesOfHeader(value))) return false;
  }
  return alternatives.every((branches) => branches.some((branch) => meetsHeaders(branch, headers)));
}

function valuesOfHeader(value: HeaderValue | undefined): FilterValue[] {
  if (Array.isArray(value)) return (value as readonly HeaderValue[]).map(single);
  return value === undefined ? [] : [single(value as HeaderValue)];
}

function single(value: HeaderValue): FilterValue {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' && value !== null ? undefined : value;
}

/** Whether a JSON object meets the conditions; where it has a list of objects, whether one of them does. */
function meets({ leaves, nested, alternatives }: Conditions, body: Readonly<Record<string, unknown>>): boolean {
  for (const [key, rules] of leaves) {
    const values = leafValues(Object.hasOwn(body, key) ? body[key] : undefined);
    if (!meetsRules(rules, values.length > 0, values)) return false;
  }
  for (const [key, conditions] of nested) {
    const objects = objectsIn(Object.hasOwn(body, key) ? body[key] : undefined);
    // What is not there still meets `exists: false` further down.
    if (!(objects.length === 0 ? meets(conditions, {}) : objects.some((each) => meets(conditions, each)))) return false;
  }
  return alternatives.every((branches) => branches.some((branch) => meets(branch, body)));
}

function meetsRules(rules: readonly FilterRule[], exists: boolean, values: readonly FilterValue[]): boolean {
  return rules.some((rule) => ('exists' in rule ? rule.exists === exists : values.some(rule.test)));
}

/** Lists in lists that are looked into; a body may have more. */
const maxListDepth = 32;

/** The single values at a key: itself, or those in its lists. An object is no value. */
function leafValues(value: unknown, depth = 0): FilterValue[] {
  if (value === undefined || isObject(value) || depth > maxListDepth) return [];
  if (Array.isArray(value)) return value.flatMap((each) => leafValues(each, depth + 1));
  return [value as FilterValue];
}

function objectsIn(value: unknown, depth = 0): Readonly<Record<string, unknown>>[] {
  if (isObject(value)) return [value];
  return Array.isArray(value) && depth <= maxListDepth ? value.flatMap((each) => objectsIn(each, depth + 1)) : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
