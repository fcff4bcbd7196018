import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Authenticator, type FindLogin, isLoopback, type Login } from './authenticator.js';

/** A user whose checks are counted and finish when the test says so. */
function countedUser(name: string, password: string) {
  const asked: string[] = [];
  const finish: (() => void)[] = [];
  const user: Named = {
    name,
    version: '1',
    verify: (candidate) => {
      asked.push(candidate);
      return new Promise((resolve) => finish.push(() => resolve(candidate === password)));
    },
  };
  return { user, asked, finish };
}

type Named = Login & { readonly name: string };

const NOBODY: Login = { version: '', verify: async () => false };

function among(...users: readonly Named[]): FindLogin {
  return (name) => users.find((user) => user.name === name) ?? NOBODY;
}

function userWithPassword(name: string, password: string): Named {
  return { name, version: '1', verify: async (candidate) => candidate === password };
}

/** Lets everything run that waits for nothing but promises. */
const settled = () => new Promise(setImmediate);

describe('authentication', () => {
  it('knows the right password from a wrong one, and from a wrong name', async () => {
    const { authenticate } = new Authenticator(among(userWithPassword('ann', 'secret')));
    assert.equal(await authenticate('ann', 'secret'), 'ann');
    assert.equal(await authenticate('ann', 'Secret'), undefined);
    assert.equal(await authenticate('ann', ''), undefined);
    assert.equal(await authenticate('bob', 'secret'), undefined);
    assert.equal(await authenticate('bob', ''), undefined);
  });

  it('lets guest in from this machine and from nowhere else', async () => {
    const { authenticate } = new Authenticator(among(userWithPassword('guest', 'guest')));
    assert.equal(await authenticate('guest', 'guest', '127.0.0.1'), 'guest');
    // Now that the credentials are remembered as right, they still do not help from elsewhere.
    assert.equal(await authenticate('guest', 'guest', '192.0.2.7'), undefined);
    assert.equal(await authenticate('guest', 'guest', '::ffff:192.0.2.7'), undefined);
    assert.equal(await authenticate('guest', 'guest', '::1'), 'guest');
  });

  it('checks credentials again only when they were not right a short while ago', async () => {
    let nowMs = 0;
    const { user, asked, finish } = countedUser('ann', 'secret');
    const { authenticate } = new Authenticator(among(user), () => nowMs);
    const first = authenticate('ann', 'secret');
    await settled();
    finish.shift()!();
    assert.equal(await first, 'ann');
    nowMs = 59_999;
    assert.equal(await authenticate('ann', 'secret'), 'ann');
    assert.equal(asked.length, 1);
    nowMs = 60_000;
    const again = authenticate('ann', 'secret');
    await settled();
    assert.equal(asked.length, 2);
    finish.shift()!();
    assert.equal(await again, 'ann');
  });

  it('forgets what was right when the password is changed', async () => {
    let login = userWithPassword('ann', 'secret');
    const { authenticate } = new Authenticator(() => login);
    assert.equal(await authenticate('ann', 'secret'), 'ann');
    login = { ...userWithPassword('ann', 'other'), version: '2' };
    assert.equal(await authenticate('ann', 'secret'), undefined);
    assert.equal(await authenticate('ann', 'other'), 'ann');
  });

  it('checks equal credentials that arrive together once', async () => {
    const { user, asked, finish } = countedUser('ann', 'secret');
    const { authenticate } = new Authenticator(among(user));
    const all = Array.from({ length: 50 }, () => authenticate('ann', 'secret'));
    await settled();
    assert.deepEqual(asked, ['secret']);
    finish.shift()!();
    assert.deepEqual(new Set(await Promise.all(all)), new Set(['ann']));
  });

  it('checks different guesses one after the other, and refuses those beyond a limit at once', async () => {
    const { user, asked, finish } = countedUser('ann', 'secret');
    const { authenticate } = new Authenticator(among(user));
    const waiting = Array.from({ length: 200 }, (_, guess) => authenticate('ann', `guess ${guess}`));
    await settled();
    assert.deepEqual(asked, ['guess 0']);
    assert.equal(await authenticate('ann', 'one too many'), undefined);
    for (let check = 0; check < 200; check++) {
      finish.shift()!();
      await settled();
    }
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set([undefined]));
    assert.equal(asked.length, 200);
    const late = authenticate('ann', 'secret');
    await settled();
    finish.shift()!();
    assert.equal(await late, 'ann');
  });

  it('goes on after a check that failed by itself', async () => {
    const { user, finish } = countedUser('ann', 'secret');
    const broken: Named = { name: 'eve', version: '1', verify: () => Promise.reject(new Error('broken')) };
    const { authenticate } = new Authenticator(among(user, broken));
    await assert.rejects(authenticate('eve', 'x'), /broken/);
    const login = authenticate('ann', 'secret');
    await settled();
    finish.shift()!();
    assert.equal(await login, 'ann');
  });

  it('does not take one user and password for another pair with the same letters', async () => {
    const { user, finish } = countedUser('ann', 'xsecret');
    const { authenticate } = new Authenticator(among(user, { name: 'annx', version: '1', verify: async () => false }));
    const login = authenticate('ann', 'xsecret');
    await settled();
    finish.shift()!();
    assert.equal(await login, 'ann');
    assert.equal(await authenticate('annx', 'secret'), undefined);
  });

  it('knows a loopback address', () => {
    for (const address of ['127.0.0.1', '127.255.3.4', '::1', '::ffff:127.0.0.1'])
      assert.ok(isLoopback(address), address);
    for (const address of [
      '10.0.0.1',
      '::',
      '0.0.0.0',
      '128.0.0.1',
      'localhost.example.org',
      '127.0.0.1.example.org',
    ]) {
      assert.ok(!isLoopback(address), address);
    }
  });
});
