import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rates } from './rates.js';

test('a rate is what came in since the last look, and stays for five seconds', () => {
  const rates = new Rates();
  assert.equal(rates.of('q', 100, 0), 0);
  assert.equal(rates.of('q', 160, 4_999), 0);
  assert.equal(rates.of('q', 200, 5_000), 20);
  assert.equal(rates.of('q', 900, 9_999), 20);
  assert.equal(rates.of('q', 200, 15_000), 0);
});

test('counters do not meet, and what nobody looked at for long begins anew', () => {
  const rates = new Rates();
  rates.of('a', 0, 0);
  rates.of('b', 0, 0);
  assert.equal(rates.of('a', 10, 10_000), 1);
  assert.equal(rates.of('b', 20, 10_000), 2);
  assert.equal(rates.of('a', 1000, 130_001), 0);
  assert.equal(rates.of('a', 1100, 140_001), 10);
});

test('a counter that fell is one that began anew', () => {
  const rates = new Rates();
  rates.of('q', 100, 0);
  assert.equal(rates.of('q', 5, 10_000), 0);
});
