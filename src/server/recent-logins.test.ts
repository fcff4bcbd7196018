import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecentLogins } from './recent-logins.js';

describe('recent log-ins', () => {
  it('are forgotten when their time is over', () => {
    const recent = new RecentLogins(100, 10);
    recent.add('a', 0);
    assert.ok(recent.has('a', 99));
    assert.ok(!recent.has('a', 100));
  });

  it('are bounded in number: the oldest makes room, and one that came again is not the oldest', () => {
    const recent = new RecentLogins(100, 2);
    recent.add('a', 0);
    recent.add('b', 1);
    recent.add('a', 2);
    recent.add('c', 3);
    assert.deepEqual(
      ['a', 'b', 'c'].map((fingerprint) => recent.has(fingerprint, 4)),
      [true, false, true],
    );
  });

  it('stand under a fingerprint that differs between processes and between all pairs of name and password', () => {
    const recent = new RecentLogins(100, 2);
    assert.equal(recent.fingerprint('ann', 'x'), recent.fingerprint('ann', 'x'));
    assert.notEqual(recent.fingerprint('ann', 'x'), new RecentLogins(100, 2).fingerprint('ann', 'x'));
    assert.notEqual(recent.fingerprint('ann', 'x'), recent.fingerprint('annx', ''));
  });
});
