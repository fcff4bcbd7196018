import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentPublications } from './recent-publications.js';

const published = (messageId: string) => ({ messageId, sequenceNumber: '1', flush: 1 });

test('a publication is known for five minutes and no longer', () => {
  const recent = new RecentPublications();
  recent.add('a', published('1'), 1000);
  assert.equal(recent.find('a', 1000)?.messageId, '1');
  assert.equal(recent.find('b', 1000), undefined);
  assert.equal(recent.find('a', 300_999)?.messageId, '1');
  assert.equal(recent.find('a', 301_000), undefined);
  recent.add('a', published('2'), 301_000);
  assert.equal(recent.find('a', 301_001)?.messageId, '2');
  recent.add('b', published('3'), 600_999);
  assert.equal(recent.find('a', 600_999)?.messageId, '2');
});
