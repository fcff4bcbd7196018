import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { BrokerError } from '../broker-error.js';
import { type Credential, type User, Users } from './users.js';

const secret = Uint8Array.of(0, 255, 7);
const accessKey = (id: string): Credential => ({ kind: 'access-key', id, secret });
const ignored = { put: () => {}, remove: () => {} };

test('a user is found by name and by the keys that it has now', () => {
  const users = new Users(ignored);
  const password = { kind: 'password-verifier', id: '', secret };
  assert.equal(users.put('alice', ['administrator'], [password, accessKey('AK1')]), true);
  assert.equal(users.findByCredential('access-key', 'AK1')?.name, 'alice');
  assert.equal(users.findByCredential('other', 'AK1'), undefined);
  assert.equal(users.findByCredential('password-verifier', ''), undefined, 'everybody may have a password');
  assert.equal(users.put('alice', [], [accessKey('AK2')]), false);
  assert.deepEqual(users.get('alice'), { name: 'alice', tags: [], credentials: [accessKey('AK2')] });
  assert.equal(users.findByCredential('access-key', 'AK1'), undefined);
  assert.equal(users.delete('alice'), true);
  assert.equal(users.findByCredential('access-key', 'AK2'), undefined);
  assert.equal(users.delete('alice'), false);
});

test('a key belongs to one user; a refused user changes nothing', () => {
  const users = new Users(ignored);
  users.put('alice', [], [accessKey('AK1')]);
  assert.throws(
    () => users.put('bob', [], [accessKey('AK2'), accessKey('AK1')]),
    (error) => error instanceof BrokerError && error.kind === 'exists',
  );
  assert.throws(
    () => users.put('', [], []),
    (error) => error instanceof BrokerError && error.kind === 'invalid-name',
  );
  assert.deepEqual(
    [...users.all()].map(({ name }) => name),
    ['alice'],
  );
  assert.equal(users.findByCredential('access-key', 'AK2'), undefined);
});

test('the store after every change restores the users', () => {
  const name = fc.oneof(fc.constantFrom('a', 'b', 'a/b', 'a%2Fb', 'é'), fc.string({ minLength: 1 }));
  const credential = fc.record(
    { kind: fc.string(), id: fc.string(), secret: fc.uint8Array() },
    { noNullPrototype: true },
  );
  const change = fc.record({
    name,
    tags: fc.array(fc.string(), { maxLength: 3 }),
    credentials: fc.option(fc.array(credential, { maxLength: 3 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const store = new Map<string, Uint8Array>();
      const users = new Users({
        put: (key, value) => store.set(key, value),
        remove: (key) => assert.ok(store.delete(key)),
      });
      const model = new Map<string, User>();
      for (const { name: each, tags, credentials } of changes) {
        if (credentials === undefined) {
          assert.equal(users.delete(each), model.delete(each));
        } else {
          try {
            assert.equal(users.put(each, tags, credentials), !model.has(each));
            model.set(each, { name: each, tags, credentials });
          } catch (error) {
            assert.ok(error instanceof BrokerError && error.kind === 'exists');
          }
        }
        const restored = new Users(ignored);
        for (const [key, value] of store) assert.ok(restored.restore(key, value));
        assert.deepEqual(new Map([...restored.all()].map((user) => [user.name, user])), model);
      }
    }),
  );
});

test('a value of an unknown format or with bytes missing is refused', () => {
  const store = new Map<string, Uint8Array>();
  new Users({ put: (key, value) => store.set(key, value), remove: () => {} }).put('a', ['t'], [accessKey('AK')]);
  const value = store.get('u/a')!;
  const restore = (bytes: Uint8Array) => new Users(ignored).restore('u/a', bytes);
  assert.ok(restore(value));
  assert.throws(() => restore(Uint8Array.of(2, ...value.subarray(1))), RangeError);
  for (let end = 0; end < value.length; end++) assert.throws(() => restore(value.subarray(0, end)), RangeError);
  assert.equal(new Users(ignored).restore('v/a', value), false);
});
