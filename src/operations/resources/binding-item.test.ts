import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeaderValue } from '../../core/index.js';
import { propertiesKey } from './binding-item.js';

function keyOf(routingKey: string, args: Readonly<Record<string, HeaderValue>> = {}): string {
  const ends = { source: 'x', destination: 'q', kind: 'queue' } as const;
  return propertiesKey({ ...ends, routingKey, arguments: new Map(Object.entries(args)) });
}

test('a binding without arguments has its routing key as a form encodes it', () => {
  assert.deepEqual(
    ['', 'a.b', 'a/b c~d', '#.ö', "!'()*"].map((routingKey) => keyOf(routingKey)),
    ['~', 'a.b', 'a%2Fb+c%7Ed', '%23.%C3%B6', '%21%27%28%29%2A'],
  );
});

test('arguments tell bindings apart, in whatever order they come', () => {
  const one = keyOf('k', { a: 1, b: 'x' });
  assert.equal(one, keyOf('k', { b: 'x', a: 1 }));
  assert.notEqual(one, keyOf('k', { a: 2, b: 'x' }));
  assert.match(one, /^k~[\w-]{6}$/);
  assert.match(keyOf('', { a: 1 }), /^~[\w-]{6}$/);
});
