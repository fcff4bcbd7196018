import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basicCredentials } from './basic-credentials.js';

function header(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

test('user and password are what stands before and after the first colon', () => {
  assert.deepEqual(basicCredentials(header('ann:p:ä')), { user: 'ann', password: 'p:ä' });
  assert.deepEqual(basicCredentials(header(':')), { user: '', password: '' });
  assert.deepEqual(basicCredentials(header('ann:x').replace('Basic', 'basic')), { user: 'ann', password: 'x' });
});

test('anything else is no credentials', () => {
  for (const wrong of [undefined, '', 'Bearer abc', header('nocolon'), 'Basic', 'Basic !!!']) {
    assert.equal(basicCredentials(wrong), undefined, wrong);
  }
});
