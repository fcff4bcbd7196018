import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { amqpNameFault, kafkaNameFault, sqsNameFault, stripLineBreaks } from './name-rules.js';
import { nameOfSpelling, spellForKafka, spellForSqs } from './name-spelling.js';

test('an AMQP name is up to 255 bytes of anything, line breaks taken out', () => {
  assert.equal(amqpNameFault('ö'.repeat(127)), undefined);
  assert.equal(amqpNameFault('ö'.repeat(128)), 'too-long');
  assert.equal(amqpNameFault(''), 'empty');
  assert.equal(stripLineBreaks('que\r\nue\nx'), 'queuex');
});

test('a Kafka name is up to 249 letters, digits, dots, underscores and hyphens', () => {
  assert.equal(kafkaNameFault('a.B_9-'), undefined);
  assert.equal(kafkaNameFault('x'.repeat(249)), undefined);
  assert.equal(kafkaNameFault('x'.repeat(250)), 'too-long');
  assert.equal(kafkaNameFault(''), 'empty');
  assert.equal(kafkaNameFault('.'), 'dots-only');
  assert.equal(kafkaNameFault('..'), 'dots-only');
  assert.equal(kafkaNameFault('...'), undefined);
  for (const name of ['a/b', 'ä', 'a b', 'a%', 'a\n']) assert.equal(kafkaNameFault(name), 'illegal-character', name);
});

test('an SQS name is up to 80 letters, digits, underscores and hyphens, and .fifo where it says so', () => {
  assert.equal(sqsNameFault('a-B_9', false), undefined);
  assert.equal(sqsNameFault('x'.repeat(80), false), undefined);
  assert.equal(sqsNameFault('x'.repeat(81), false), 'too-long');
  assert.equal(sqsNameFault(`${'x'.repeat(75)}.fifo`, true), undefined);
  assert.equal(sqsNameFault(`${'x'.repeat(76)}.fifo`, true), 'too-long');
  assert.equal(sqsNameFault('x', true), 'fifo-suffix-missing');
  assert.equal(sqsNameFault('x.fifo', false), 'illegal-character');
  assert.equal(sqsNameFault('.fifo', true), 'illegal-character');
  assert.equal(sqsNameFault('x.y.fifo', true), 'illegal-character');
  assert.equal(sqsNameFault('', false), 'empty');
});

test('names that a dialect cannot spell are percent-encoded', () => {
  assert.equal(spellForKafka('orders/eu'), 'orders%2Feu');
  assert.equal(spellForKafka('orders.eu'), 'orders.eu');
  assert.equal(spellForKafka('..'), '%2E%2E');
  assert.equal(spellForSqs('orders.eu', false), 'orders%2Eeu');
  assert.equal(spellForSqs('orders.fifo', true), 'orders.fifo');
  assert.equal(spellForSqs('orders.fifo', false), 'orders%2Efifo');
  assert.equal(spellForSqs('100% 😀', false), '100%25%20%F0%9F%98%80');
});

test('a spelling leads back to its name and looks like a name of the dialect, but for the percent signs', () => {
  const name = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('.', '..', 'a.fifo', '%', '%2F'));
  fc.assert(
    fc.property(name, fc.boolean(), (each, fifo) => {
      for (const spelling of [spellForKafka(each), spellForSqs(each, fifo)]) {
        assert.equal(nameOfSpelling(spelling), each);
        assert.match(spelling, /^[a-zA-Z0-9._%-]+$/);
      }
      if (kafkaNameFault(each) === undefined) assert.equal(spellForKafka(each), each);
    }),
  );
});

test('what is no spelling stands for no name', () => {
  for (const spelling of ['%', 'a%2', 'a%zz', '%FF', '%C3'])
    assert.equal(nameOfSpelling(spelling), undefined, spelling);
  assert.equal(nameOfSpelling('a%2fb'), 'a/b');
  assert.equal(nameOfSpelling('plain'), 'plain');
});
