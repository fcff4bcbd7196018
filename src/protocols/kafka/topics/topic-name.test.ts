import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isLegalTopicName, nameBehindSpelling, spellForKafka } from './topic-name.js';

test('every name has one spelling, and the spelling leads back to it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (name) => {
      const spelled = spellForKafka(name);
      assert.match(spelled, /^[a-zA-Z0-9._%-]+$/);
      assert.equal(nameBehindSpelling(spelled), name);
    }),
  );
});

test('legal names are spelled as they are; the rest is refused for creation', () => {
  assert.equal(spellForKafka('orders.v1_x-2'), 'orders.v1_x-2');
  assert.equal(spellForKafka('..'), '%2E%2E');
  for (const name of ['', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(250), '%41']) {
    assert.equal(isLegalTopicName(name), false);
  }
});

test('a spelling that nobody would make names nothing', () => {
  for (const spelled of ['%41', '%zz', '%2e', 'a b', '']) assert.equal(nameBehindSpelling(spelled), undefined);
});
