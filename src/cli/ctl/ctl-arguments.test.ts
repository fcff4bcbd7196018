import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCtlArguments } from './ctl-arguments.js';
import { CtlError } from './ctl-error.js';

test('options may stand anywhere, in both spellings', () => {
  const { words, virtualHost, quiet, silent, headers, formatter, timeoutMs, flags } = parseCtlArguments(
    '-n rabbit@host -q list_queues --vhost=team name -t 5 --formatter json --no-table-headers'.split(' '),
  );
  assert.deepEqual(words, ['list_queues', 'name']);
  assert.equal(virtualHost, 'team');
  assert.deepEqual([quiet, silent, headers, formatter, timeoutMs, flags.size], [true, false, false, 'json', 5000, 0]);
});

test('what belongs to the verb is kept for it', () => {
  const { words, flags } = parseCtlArguments([
    'set_policy',
    'p',
    '^q',
    '{}',
    '--priority',
    '2',
    '--apply-to',
    'queues',
  ]);
  assert.deepEqual(words, ['set_policy', 'p', '^q', '{}']);
  assert.deepEqual(
    [...flags],
    [
      ['priority', '2'],
      ['apply-to', 'queues'],
    ],
  );
});

test('after two dashes everything is a word, and so is a dash alone', () => {
  assert.deepEqual(parseCtlArguments(['add_user', '--', '-p', '--x']).words, ['add_user', '-p', '--x']);
  assert.deepEqual(parseCtlArguments(['export_definitions', '-']).words, ['export_definitions', '-']);
});

test('an option without its value, or a time that is none, is refused', () => {
  for (const args of [['-p'], ['ping', '-t', 'soon']]) {
    assert.throws(
      () => parseCtlArguments(args),
      (error) => error instanceof CtlError && error.exitCode === 64,
    );
  }
});
