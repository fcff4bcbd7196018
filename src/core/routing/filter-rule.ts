import { BrokerError } from '../broker-error.js';
import { type IpRange, ipBytes, isInRange } from './ip-range.js';

/** A single value that rules are asked about; bytes and tables are `undefined`: there, and equal to nothing. */
export type FilterValue = string | number | boolean | null | undefined;

/** One alternative of what a filter policy wants of a value. `exists` decides without one. */
export type FilterRule = { readonly exists: boolean } | { readonly test: (value: FilterValue) => boolean };

export function filterFault(message: string): BrokerError {
  return new BrokerError('invalid-argument', message, { field: 'x-filter-policy' });
}

/**
 * One member of a rule list: a value, or an object with one operator (Amazon SNS developer guide, "Subscription filter policies").
 * @throws BrokerError `invalid-argument` in the service's words
 */
export function compileRule(rule: unknown): FilterRule {
  if (rule === null || typeof rule === 'string' || typeof rule === 'number' || typeof rule === 'boolean') {
    return { test: (value) => value === rule };
  }
  if (typeof rule !== 'object' || Array.isArray(rule)) {
    throw filterFault('Match value must be String, number, true, false, or null');
  }
  const entries = Object.entries(rule);
  if (entries.length !== 1) throw filterFault('Only one key allowed in match expression');
  const [operator, operand] = entries[0] as [string, unknown];
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw filterFault('exists match pattern must be either true or false.');
      return { exists: operand };
    case 'prefix':
    case 'suffix':
    case 'wildcard':
    case 'equals-ignore-case':
      return { test: textTest(operator, operand) };
    case 'cidr': {
      const range = readRange(operand);
      return { test: (value) => typeof value === 'string' && isInRange(range, value) };
    }
    case 'numeric':
      return { test: numericTest(operand) };
    case 'anything-but':
      return { test: anythingBut(operand) };
    default:
      throw filterFault(`Unrecognized match type ${operator}`);
  }
}

type TextOperator = 'prefix' | 'suffix' | 'wildcard' | 'equals-ignore-case';

const textOperators: ReadonlySet<string> = new Set<TextOperator>([
  'prefix',
  'suffix',
  'wildcard',
  'equals-ignore-case',
]);

function textTest(operator: TextOperator, pattern: unknown): (value: FilterValue) => boolean {
  if (typeof pattern !== 'string') throw filterFault(`${operator} match pattern must be a string`);
  switch (operator) {
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(pattern);
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(pattern);
    case 'equals-ignore-case': {
      const lower = pattern.toLowerCase();
      return (value) => typeof value === 'string' && value.toLowerCase() === lower;
    }
    case 'wildcard':
      return wildcardTest(pattern);
  }
}

/** `*` stands for any characters, a backslash before it or before another backslash takes the meaning away. */
function wildcardTest(pattern: string): (value: FilterValue) => boolean {
  const pieces = [''];
  for (let i = 0; i < pattern.length; i++) {
    const next = pattern[i + 1];
    if (pattern[i] === '\\' && (next === '*' || next === '\\')) {
      pieces[pieces.length - 1] += next;
      i++;
    } else if (pattern[i] === '*') {
      if (pieces.length > 1 && pieces.at(-1) === '') throw filterFault('Consecutive wildcard characters');
      pieces.push('');
    } else pieces[pieces.length - 1] += pattern[i];
  }
  const [head, ...rest] = pieces;
  const tail = rest.pop();
  if (tail === undefined) return (value) => value === head;
  return (value) => {
    if (typeof value !== 'string' || value.length < head.length + tail.length) return false;
    if (!value.startsWith(head) || !value.endsWith(tail)) return false;
    // The first place for each piece leaves most room for the next, so nothing has to be tried again.
    let at = head.length;
    const end = value.length - tail.length;
    for (const piece of rest) {
      const found = value.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** Everything that is there and is none of the operand's values, or does not meet its pattern. */
function anythingBut(operand: unknown): (value: FilterValue) => boolean {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const entries = Object.entries(operand);
    if (entries.length !== 1) throw filterFault('Only one key allowed in match expression');
    const [operator, given] = entries[0] as [string, unknown];
    if (!textOperators.has(operator)) throw filterFault(`Unsupported anything-but pattern: ${operator}`);
    const patterns = Array.isArray(given) ? (given as unknown[]) : [given];
    const tests = patterns.map((pattern) => textTest(operator as TextOperator, pattern));
    return (value) => value !== undefined && !tests.some((test) => test(value));
  }
  const unwanted = Array.isArray(operand) ? (operand as unknown[]) : [operand];
  for (const each of unwanted) {
    if (typeof each !== 'string' && typeof each !== 'number' && typeof each !== 'boolean' && each !== null) {
      throw filterFault('Match value must be String, number, true, false, or null');
    }
  }
  return (value) => value !== undefined && !unwanted.includes(value);
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", n]`, one bound, or a lower bound with an upper one. */
function numericTest(operand: unknown): (value: FilterValue) => boolean {
  const terms: unknown[] = Array.isArray(operand) ? operand : [];
  const first = bound(terms, 0, 'Invalid member in numeric match', 'Unrecognized numeric range operator');
  if (terms.length <= 2) return (value) => typeof value === 'number' && first.holds(value);
  if (first.operator !== '>' && first.operator !== '>=') throw filterFault('Too many elements in numeric expression');
  const second = bound(terms, 2, 'Bad value in numeric range', 'Bad numeric range operator');
  if (second.operator !== '<' && second.operator !== '<=') {
    throw filterFault(`Bad numeric range operator: ${second.operator}`);
  }
  if (second.limit <= first.limit) throw filterFault('Bottom must be less than top');
  if (terms.length > 4) throw filterFault('Too many terms in numeric range expression');
  return (value) => typeof value === 'number' && first.holds(value) && second.holds(value);
}

interface Bound {
  readonly operator: string;
  readonly limit: number;
  holds(value: number): boolean;
}

function bound(terms: readonly unknown[], at: number, noOperator: string, unknownOperator: string): Bound {
  const operator = terms[at];
  if (typeof operator !== 'string')
    throw filterFault(`${noOperator}: ${operator === undefined ? ']' : JSON.stringify(operator)}`);
  if (!Object.hasOwn(comparisons, operator)) throw filterFault(`${unknownOperator}: ${operator}`);
  const limit = terms[at + 1];
  if (typeof limit !== 'number')
    throw filterFault(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  const compare = comparisons[operator];
  return { operator, limit, holds: (value) => compare(value, limit) };
}

function readRange(operand: unknown): IpRange {
  // The service's own word for it.
  if (typeof operand !== 'string') throw filterFault('prefix match pattern must be a string');
  const parts = operand.split('/');
  if (parts.length !== 2) throw filterFault("Malformed CIDR, one '/' required");
  if (!/^[0-9]{1,3}$/.test(parts[1])) throw filterFault('Malformed CIDR, mask bits must be an integer');
  const address = ipBytes(parts[0]);
  const bits = Number(parts[1]);
  if (address === undefined) throw filterFault(`Nonstandard IP address: ${parts[0]}`);
  if (bits > address.length * 8)
    throw filterFault('Malformed CIDR, mask bits must not exceed the length of the address');
  return { address, bits };
}
