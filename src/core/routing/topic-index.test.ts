import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ExchangeNotes } from './exchange-notes.js';
import { NO_HEADER_VALUES } from './header-value.js';
import { TopicIndex } from './topic-index.js';
import { BindingNode, ExchangeNode, QueueNode } from './topology.js';

/** Word by word, as the definition says it. */
function matches(pattern: readonly string[], key: readonly string[]): boolean {
  if (pattern.length === 0) return key.length === 0;
  const [word, ...rest] = pattern;
  if (word === '#') return matches(rest, key) || (key.length > 0 && matches(pattern, key.slice(1)));
  return key.length > 0 && (word === '*' || word === key[0]) && matches(rest, key.slice(1));
}

const words = (text: string) => (text === '' ? [] : text.split('.'));

function topicExchange() {
  const index = new TopicIndex();
  const settings = {
    type: 'topic',
    durable: true,
    autoDelete: false,
    internal: false,
    alternate: undefined,
    declared: {},
  };
  const notes = new ExchangeNotes({ put: () => {}, remove: () => {} }, undefined);
  const exchange = new ExchangeNode(1, 'e', settings, index, notes);
  return {
    bind(pattern: string, handle: number): BindingNode {
      const queue = new QueueNode({ kind: 'queue', handle, name: `q${handle}`, durable: true });
      const binding = new BindingNode(exchange, queue, pattern, NO_HEADER_VALUES, `${handle}`);
      index.add(binding);
      return binding;
    },
    unbind: (binding: BindingNode) => index.remove(binding),
    found(...keys: string[]): number[] {
      const handles: number[] = [];
      index.collect({
        routingKeys: keys,
        headers: () => assert.fail('asked for headers'),
        match: (destination) => handles.push(destination.handle),
      });
      return handles.sort((a, b) => a - b);
    },
  };
}

test('patterns match as RabbitMQ 3.10 was seen to match them', () => {
  const observed: [pattern: string, key: string, matched: boolean][] = [
    ['#', '', true],
    ['*', '', false],
    ['', '', true],
    ['a.#', 'a', true],
    ['a.*', 'a.', true],
    ['#.#', 'a', true],
    ['*.#', 'a', true],
    ['a.*.b', 'a..b', true],
    ['#.b.#', 'a.b', true],
    ['.', '.', true],
    ['*.*', '.', true],
    ['*', ' ', true],
    ['a*', 'ab', false],
    ['#a', 'xa', false],
    ['#.a', 'a', true],
    ['a.#.b', 'a.b', true],
  ];
  for (const [pattern, key, matched] of observed) {
    const exchange = topicExchange();
    exchange.bind(pattern, 1);
    assert.deepEqual(exchange.found(key), matched ? [1] : [], `${pattern} ~ ${key}`);
  }
});

const text = (unit: string[]) => fc.array(fc.constantFrom(...unit), { maxLength: 7 }).map((list) => list.join('.'));
const pattern = text(['a', 'b', '', '*', '#', '#', 'a*']);
const key = text(['a', 'b', '', '*', '#', 'a*']);

test('a trie of many patterns, some taken away again, finds what each pattern would find alone', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(pattern, fc.boolean()), { maxLength: 25 }), fc.array(key), (patterns, keys) => {
      const exchange = topicExchange();
      const bound = patterns.map(([each], handle) => exchange.bind(each, handle));
      const kept = bound.filter((binding, i) => {
        if (!patterns[i][1]) exchange.unbind(binding);
        return patterns[i][1];
      });
      for (const each of keys) {
        const expected = kept.filter((binding) => matches(words(binding.routingKey), words(each)));
        assert.deepEqual(
          exchange.found(each),
          expected.map(({ destination }) => destination.handle),
        );
      }
    }),
    { numRuns: 500 },
  );
});

test('a trie that lost its last binding is as good as new', () => {
  const exchange = topicExchange();
  for (const binding of ['a.#.b', '#.#', '*.c', ''].map((each, handle) => exchange.bind(each, handle))) {
    exchange.unbind(binding);
  }
  assert.deepEqual(exchange.found('a.x.b'), []);
  exchange.bind('a.#', 9);
  assert.deepEqual(exchange.found('a.x.b'), [9]);
});

test('many `#` against a long key take no time worth speaking of', () => {
  const exchange = topicExchange();
  exchange.bind(`${'#.a.'.repeat(60)}b`, 1);
  const before = process.hrtime.bigint();
  assert.deepEqual(exchange.found('a.'.repeat(127)), []);
  assert.ok(process.hrtime.bigint() - before < 1_000_000_000n, 'a search of all ways would not end');
});
