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
    assert.equal(recent.fingerprint('ann', 'x', '1'), recent.fingerprint('ann', 'x', '1'));
    assert.notEqual(recent.fingerprint('ann', 'x', '1'), new RecentLogins(100, 2).fingerprint('ann', 'x', '1'));
    assert.notEqual(recent.fingerprint('ann', 'x', '1'), recent.fingerprint('annx', '', '1'));
    assert.notEqual(recent.fingerprint('ann', 'x', '1'), recent.fingerprint('ann', 'x', '2'));
    assert.notEqual(recent.fingerprint('ann', 'x', '1'), recent.fingerprint('ann', '1x', ''));
  });
});
