import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encodeUtf8 } from '../../bytes/utf8.js';
import type { HeaderValue } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import { FilterPolicy, type FilterScope, FilterSubject } from './filter-policy.js';

type Attributes = Readonly<Record<string, HeaderValue>>;

function byAttributes(policy: unknown, attributes: Attributes): boolean {
  const headers = new Map(Object.entries(attributes));
  return new FilterPolicy(JSON.stringify(policy), 'MessageAttributes').matches(new FilterSubject(headers));
}

function byBodyText(policy: unknown, body: string): boolean {
  const headers = { get: () => undefined, body: () => encodeUtf8(body) };
  return new FilterPolicy(JSON.stringify(policy), 'MessageBody').matches(new FilterSubject(headers));
}

const byBody = (policy: unknown, body: unknown): boolean => byBodyText(policy, JSON.stringify(body));

/** Policy, attributes that meet it, attributes that do not. */
const attributeTable: readonly [policy: unknown, met: readonly Attributes[], unmet: readonly Attributes[]][] = [
  [{}, [{}, { a: 'x' }], []],
  [{ a: ['x'] }, [{ a: 'x' }, { a: ['w', 'x'] }], [{}, { a: 'X' }, { a: 'xx' }, { a: ['w'] }, { b: 'x' }]],
  [{ a: ['x', 'y'], b: ['z'] }, [{ a: 'y', b: 'z' }], [{ a: 'x' }, { b: 'z' }, { a: 'z', b: 'x' }]],
  [{ a: [1] }, [{ a: 1 }, { a: 1.0 }, { a: 1n }, { a: [0, 1] }], [{ a: '1' }, { a: 2 }]],
  [{ a: [null] }, [{ a: null }, { a: [null] }], [{}, { a: 'null' }]],
  [{ a: [true] }, [{ a: true }], [{ a: 'true' }, { a: 1 }]],
  [{ a: [{ prefix: 'or' }] }, [{ a: 'or' }, { a: 'order' }], [{ a: 'xor' }, { a: 5 }, {}]],
  [{ a: [{ suffix: 'er' }] }, [{ a: 'order' }], [{ a: 'ers' }, {}]],
  [{ a: [{ 'equals-ignore-case': 'Rugby' }] }, [{ a: 'rUGBY' }], [{ a: 'rugb' }, {}]],
  [{ a: [{ wildcard: 'a*b*c' }] }, [{ a: 'abc' }, { a: 'aXbYc' }, { a: 'abbcc' }], [{ a: 'ac' }, { a: 'abcd' }, {}]],
  [{ a: [{ wildcard: '*' }] }, [{ a: '' }, { a: 'x' }], [{ a: 1 }, {}]],
  [{ a: [{ wildcard: 'a\\*' }] }, [{ a: 'a*' }], [{ a: 'ab' }]],
  [{ a: [{ wildcard: 'ab*ba' }] }, [{ a: 'abba' }], [{ a: 'aba' }]],
  [{ a: [{ 'anything-but': 'x' }] }, [{ a: 'y' }, { a: 1 }, { a: ['x', 'y'] }], [{ a: 'x' }, {}, { a: ['x'] }]],
  [{ a: [{ 'anything-but': ['x', 1] }] }, [{ a: 'y' }, { a: '1' }], [{ a: 'x' }, { a: 1 }, {}]],
  [{ a: [{ 'anything-but': { prefix: 'or' } }] }, [{ a: 'xor' }], [{ a: 'order' }, {}]],
  [{ a: [{ 'anything-but': { suffix: ['er', 'es'] } }] }, [{ a: 'x' }], [{ a: 'order' }, { a: 'yes' }, {}]],
  [{ a: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, [{ a: 'a/b' }], [{ a: 'a/lib/b' }, {}]],
  [{ a: [{ numeric: ['=', 301.5] }] }, [{ a: 3.015e2 }], [{ a: 301 }, { a: '301.5' }, {}]],
  [{ a: [{ numeric: ['>', 0, '<=', 150] }] }, [{ a: 150 }, { a: 0.1 }, { a: [-1, 5] }], [{ a: 0 }, { a: 151 }]],
  [{ a: [{ numeric: ['<', 0] }] }, [{ a: -1 }], [{ a: 0 }, { a: 'x' }]],
  [{ a: [{ exists: true }] }, [{ a: 'x' }, { a: null }, { a: [] }, { a: new Uint8Array(2) }], [{}, { b: 'x' }]],
  [{ a: [{ exists: false }] }, [{}, { b: 'x' }], [{ a: 'x' }, { a: null }]],
  [{ a: [{ exists: false }, 'x'] }, [{}, { a: 'x' }], [{ a: 'y' }]],
  [{ a: [{ cidr: '10.0.0.0/24' }] }, [{ a: '10.0.0.255' }], [{ a: '10.0.1.0' }, { a: 'ten' }, { a: '::a00:1' }, {}]],
  [{ a: [{ cidr: '10.1.2.3/32' }] }, [{ a: '10.1.2.3' }], [{ a: '10.1.2.2' }]],
  [{ a: [{ cidr: '2001:db8:1234:1a00::/64' }] }, [{ a: '2001:db8:1234:1a00::9' }], [{ a: '2001:db8:1234:1a01::9' }]],
  [{ $or: [{ a: ['x'] }, { b: ['y'] }] }, [{ a: 'x' }, { b: 'y' }], [{}, { a: 'y', b: 'x' }]],
  [
    { c: ['z'], $or: [{ a: ['x'] }, { b: ['y'], d: ['w'] }] },
    [{ c: 'z', b: 'y', d: 'w' }],
    [{ a: 'x' }, { c: 'z', b: 'y' }],
  ],
  [{ $or: ['x'] }, [{ $or: 'x' }], [{ a: 'x' }]],
];

test('a policy over attributes takes what it says and nothing else', () => {
  for (const [policy, met, unmet] of attributeTable) {
    for (const each of met) assert.ok(byAttributes(policy, each), `${JSON.stringify(policy)} met`);
    for (const each of unmet) assert.ok(!byAttributes(policy, each), `${JSON.stringify(policy)} unmet`);
  }
});

const bodyTable: readonly [policy: unknown, met: readonly unknown[], unmet: readonly unknown[]][] = [
  [{ a: ['x'] }, [{ a: 'x' }, { a: ['w', 'x'] }, { a: [['x']] }], [{}, { a: { x: 1 } }, 'x', [{ a: 'x' }], null]],
  [{ a: { b: ['x'] } }, [{ a: { b: 'x' } }, { a: [{ b: 'w' }, { b: 'x' }] }], [{ a: 'x' }, { b: 'x' }, { 'a.b': 'x' }]],
  [{ a: { b: ['x'], c: ['y'] } }, [{ a: [{ b: 'x', c: 'y' }] }], [{ a: [{ b: 'x' }, { c: 'y' }] }]],
  [{ a: { b: [{ exists: false }] } }, [{}, { a: {} }, { a: 5 }], [{ a: { b: 1 } }]],
  [{ a: { b: [{ exists: true }] } }, [{ a: { b: null } }], [{}, { a: {} }]],
  [{ a: [{ numeric: ['>=', 5] }] }, [{ a: 5 }], [{ a: '5' }]],
  [{ a: { $or: [{ b: ['x'] }, { c: ['y'] }] } }, [{ a: { c: 'y' } }], [{ a: { b: 'y' } }]],
  [{ a: [null] }, [{ a: null }], [{}, { a: 0 }]],
  [{ constructor: [{ exists: false }] }, [{}], []],
];

test('a policy over the body takes what it says and nothing else', () => {
  for (const [policy, met, unmet] of bodyTable) {
    for (const each of met) assert.ok(byBody(policy, each), `${JSON.stringify(policy)} met by ${JSON.stringify(each)}`);
    for (const each of unmet)
      assert.ok(!byBody(policy, each), `${JSON.stringify(policy)} unmet by ${JSON.stringify(each)}`);
  }
});

test('a body that is no JSON object, or none at all, meets no policy', () => {
  assert.ok(!byBodyText({}, 'not JSON'));
  assert.ok(!byBodyText({}, ''));
  assert.ok(!new FilterPolicy('{}', 'MessageBody').matches(new FilterSubject(new Map())));
});

/** What the service answers to each, after `FilterPolicy: `. */
const faults: readonly [policy: string, message: string, scope?: FilterScope][] = [
  ['nothing', 'failed to parse JSON.'],
  ['[]', 'failed to parse JSON. A filter policy is a JSON object.'],
  ['{"a":"x"}', '"a" must be an object or an array'],
  ['{"a":[]}', 'Empty arrays are not allowed'],
  ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null'],
  ['{"a":{"suffix":"x"}}', '"suffix" must be an object or an array'],
  ['{"a":{"b":["x"]}}', 'Filter policy scope MessageAttributes does not support nested filter policy'],
  ['{"a":[{"suffix":"x","prefix":"y"}]}', 'Only one key allowed in match expression'],
  ['{"a":[{"wrong":true}]}', 'Unrecognized match type wrong'],
  ['{"a":[{"suffix":100}]}', 'suffix match pattern must be a string'],
  ['{"a":[{"wildcard":"a**"}]}', 'Consecutive wildcard characters'],
  ['{"a":[{"exists":"no"}]}', 'exists match pattern must be either true or false.'],
  ['{"a":[{"anything-but":{"exists":false}}]}', 'Unsupported anything-but pattern: exists'],
  ['{"a":[{"anything-but":{"prefix":false}}]}', 'prefix match pattern must be a string'],
  ['{"a":[{"anything-but":[{}]}]}', 'Match value must be String, number, true, false, or null'],
  ['{"a":[{"numeric":[]}]}', 'Invalid member in numeric match: ]'],
  ['{"a":[{"numeric":[1,"<="]}]}', 'Invalid member in numeric match: 1'],
  ['{"a":[{"numeric":["operator"]}]}', 'Unrecognized numeric range operator: operator'],
  ['{"a":[{"numeric":["=","000"]}]}', 'Value of equals must be numeric'],
  ['{"a":[{"numeric":[">="]}]}', 'Value of >= must be numeric'],
  ['{"a":[{"numeric":["<",100,">",10]}]}', 'Too many elements in numeric expression'],
  ['{"a":[{"numeric":[">",20,30]}]}', 'Bad value in numeric range: 30'],
  ['{"a":[{"numeric":[">",20,"test"]}]}', 'Bad numeric range operator: test'],
  ['{"a":[{"numeric":[">",3,"<",1]}]}', 'Bottom must be less than top'],
  ['{"a":[{"numeric":[">",20,"<",30,"<",50]}]}', 'Too many terms in numeric range expression'],
  ['{"a":[{"cidr":["x"]}]}', 'prefix match pattern must be a string'],
  ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
  ['{"a":[{"cidr":"10.0.0.0/x"}]}', 'Malformed CIDR, mask bits must be an integer'],
  ['{"a":[{"cidr":"xx.11.xx/8"}]}', 'Nonstandard IP address: xx.11.xx'],
  ['{"a":[{"cidr":"xxxx:db8::/8"}]}', 'Nonstandard IP address: xxxx:db8::'],
  ['{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}', 'Filter policy can not have more than 5 keys'],
  ['{"a":[1,2,3,4,5,6],"b":[1,2,3,4,5,6],"c":[1,2,3,4,5]}', 'Filter policy is too complex'],
  ['{"a":{"b":[1,2,3,4,5,6]},"c":{"d":[1,2,3,4,5,6,7]}}', 'Filter policy is too complex', 'MessageBody'],
];

test("what is no policy is refused in the service's words", () => {
  for (const [policy, message, scope = 'MessageAttributes'] of faults) {
    assert.throws(
      () => new FilterPolicy(policy, scope),
      (error) => error instanceof BrokerError && error.kind === 'invalid-argument' && error.message === message,
      policy,
    );
  }
});

test('neither a policy nor a body can be nested so deeply that looking at it fails', () => {
  const deep = `${'{"a":'.repeat(50_000)}["x"]${'}'.repeat(50_000)}`;
  assert.throws(() => new FilterPolicy(deep, 'MessageBody'), /too complex/);
  const list = `{"a":${'['.repeat(50_000)}"x"${']'.repeat(50_000)}}`;
  assert.ok(!byBodyText({ a: ['x'] }, list));
  assert.ok(!byBodyText({ a: { b: ['x'] } }, list));
});

test('three levels of four and two of three values are 72 combinations, which are few enough', () => {
  const policy = { a: { b: { c: ['1', '2', '3', '4'] } }, d: { e: ['1', '2', '3'] } };
  assert.ok(byBody(policy, { a: { b: { c: '4' } }, d: { e: '1' } }));
});

// A second opinion on random policies: each operator as plainly as it can be said.

const scalar = fc.constantFrom<HeaderValue>('', 'a', 'ab', 'ba', 'aba', 'B', 1, 2, 2.5, true, false, null);
const text = fc.constantFrom('', 'a', 'ab', 'b', 'B');
const rule = fc.oneof(
  scalar,
  fc.record({ prefix: text }),
  fc.record({ suffix: text }),
  fc.record({ wildcard: fc.constantFrom('*', 'a*', '*a', 'a*a', '*b*', 'a') }),
  fc.record({ 'equals-ignore-case': text }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ numeric: fc.constantFrom(['=', 2], ['<', 2], ['>', 1, '<=', 2.5]) }),
  fc.record({ 'anything-but': fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.record({ prefix: text })) }),
);
const keys = fc.constantFrom('k', 'l');
const leaf = fc.dictionary(keys, fc.array(rule, { minLength: 1, maxLength: 2 }), { maxKeys: 2 });
const policies = fc.record({ flat: leaf, or: fc.array(leaf, { maxLength: 3 }) });

type Rule = HeaderValue | Readonly<Record<string, unknown>>;

function plainly(policy: Readonly<Record<string, unknown>>, attributes: Attributes): boolean {
  return Object.entries(policy).every(([key, rules]) => {
    if (key === '$or') return (rules as Record<string, unknown>[]).some((branch) => plainly(branch, attributes));
    const there = Object.hasOwn(attributes, key);
    const value = attributes[key];
    const values = there ? (Array.isArray(value) ? (value as HeaderValue[]) : [value]) : [];
    return (rules as Rule[]).some((each) => plainRule(each, there, values));
  });
}

function plainRule(each: Rule, there: boolean, values: readonly HeaderValue[]): boolean {
  if (typeof each !== 'object' || each === null) return values.includes(each as HeaderValue);
  const [[operator, operand]] = Object.entries(each) as [string, unknown][];
  if (operator === 'exists') return operand === there;
  return values.some((value) => plainOperator(operator, operand, value));
}

function plainOperator(operator: string, operand: unknown, value: HeaderValue): boolean {
  if (operator === 'anything-but') {
    if (typeof operand === 'object' && operand !== null && 'prefix' in operand) {
      return !plainOperator('prefix', operand.prefix, value);
    }
    return ![operand].flat().includes(value);
  }
  if (operator === 'numeric') {
    const terms = operand as readonly (string | number)[];
    if (typeof value !== 'number') return false;
    if (terms.length === 4) return value > 1 && value <= 2.5;
    return terms[0] === '=' ? value === 2 : value < 2;
  }
  if (typeof value !== 'string') return false;
  const wanted = operand as string;
  if (operator === 'prefix') return value.slice(0, wanted.length) === wanted;
  if (operator === 'suffix') return wanted === '' || value.slice(-wanted.length) === wanted;
  if (operator === 'equals-ignore-case') return value.toUpperCase() === wanted.toUpperCase();
  return new RegExp(`^${wanted.replaceAll('*', '.*')}$`, 's').test(value);
}

test('random policies decide as a plain reading of them does, over attributes and over the body', () => {
  const values = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
  const attributes = fc.dictionary(keys, values, { maxKeys: 2, noNullPrototype: true });
  fc.assert(
    fc.property(policies, attributes, ({ flat, or }, given) => {
      const policy = or.length > 1 ? { ...flat, $or: or } : flat;
      const expected = plainly(policy, given);
      assert.equal(byAttributes(policy, given), expected);
      const emptyList = Object.values(given).some((each) => Array.isArray(each) && each.length === 0);
      // In a body an empty list has no value, so nothing is there; as an attribute it is one.
      if (!emptyList) assert.equal(byBody(policy, given), expected);
    }),
    { numRuns: 2000 },
  );
});
