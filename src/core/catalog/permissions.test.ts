import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { BrokerError } from '../broker-error.js';
import {
  type Operation,
  type PermissionRule,
  type ResourceKind,
  regexesOfRules,
  rulesOfRegexes,
} from './permission-rule.js';
import { Permissions } from './permissions.js';

const ignored = { put: () => {}, remove: () => {} };

test('three regular expressions are what they are in RabbitMQ', () => {
  const permissions = new Permissions(ignored);
  permissions.put('u', '/', rulesOfRegexes({ configure: '^u-', write: '', read: 'orders|amq\\.default' }));
  const allowed = (operation: Operation, name: string) => permissions.allowed('u', '/', operation, name);
  assert.ok(allowed('configure', 'u-1'));
  assert.ok(!allowed('configure', 'xu-1'));
  assert.ok(!allowed('write', 'u-1'), 'the empty expression allows nothing');
  assert.ok(allowed('read', 'all-orders-here'), 'it is searched for, not compared');
  assert.ok(allowed('read', ''), 'the default exchange has a name for this purpose');
  assert.ok(!allowed('configure', ''));
  assert.ok(!permissions.allowed('v', '/', 'read', 'orders'));
  assert.ok(!permissions.allowed('u', 'other', 'read', 'orders'));
});

test('three empty expressions let a user in and let it do nothing', () => {
  const permissions = new Permissions(ignored);
  assert.ok(!permissions.mayEnter('u', '/'));
  permissions.put('u', '/', rulesOfRegexes({ configure: '', write: '', read: '' }));
  assert.ok(permissions.mayEnter('u', '/'));
  assert.ok(!permissions.allowed('u', '/', 'read', 'x'));
  permissions.put('u', '/', [{ kind: 'any', operation: 'any', match: 'prefix', pattern: '', effect: 'deny' }]);
  assert.ok(!permissions.mayEnter('u', '/'));
});

test('regular expressions come back out of rules, and only out of such rules', () => {
  const permission = { configure: 'a', write: 'b', read: 'c' };
  const rules = rulesOfRegexes(permission);
  assert.deepEqual(regexesOfRules(rules), permission);
  assert.equal(regexesOfRules(rules.slice(0, 2)), undefined);
  assert.equal(regexesOfRules(rules.toReversed()), undefined);
  assert.equal(regexesOfRules(rules.with(1, { ...rules[1], effect: 'deny' })), undefined);
});

test('a pattern that is no regular expression is refused and changes nothing', () => {
  const permissions = new Permissions({ put: () => assert.fail('put'), remove: () => {} });
  assert.throws(
    () => permissions.put('u', '/', rulesOfRegexes({ configure: '(', write: '', read: '' })),
    (error) => error instanceof BrokerError && error.kind === 'invalid-argument' && error.detail.received === '(',
  );
  assert.equal(permissions.rules('u', '/'), undefined);
});

const names = ['a', 'ab', 'b', 'ba', ''];
const kinds: (ResourceKind | undefined)[] = [undefined, 'queue', 'topic'];
const operations: Operation[] = ['configure', 'write', 'read'];

const rule: fc.Arbitrary<PermissionRule> = fc.record({
  kind: fc.constantFrom('any', 'queue', 'topic'),
  operation: fc.constantFrom('any', 'configure', 'write', 'read'),
  match: fc.constantFrom('literal', 'prefix', 'regex'),
  pattern: fc.constantFrom('', 'a', 'b', '^a', 'b$', 'amq.default'),
  effect: fc.constantFrom('allow', 'allow', 'deny'),
});

function decidePlainly(rules: readonly PermissionRule[], operation: string, kind: string | undefined, name: string) {
  const resource = name === '' ? 'amq.default' : name;
  const applying = rules.filter((each) => {
    if (!['any', operation].includes(each.operation) || !['any', kind].includes(each.kind)) return false;
    if (each.match === 'literal') return resource === each.pattern;
    if (each.match === 'prefix') return resource.startsWith(each.pattern);
    return each.pattern !== '' && new RegExp(each.pattern).test(resource);
  });
  return applying.length > 0 && applying.every(({ effect }) => effect === 'allow');
}

test('every question has the answer of the rules as they are now, however often it is asked', () => {
  const change = fc.record({
    user: fc.constantFrom('u', 'v'),
    virtualHost: fc.constantFrom('/', 'w'),
    rules: fc.option(fc.array(rule, { maxLength: 4 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
      const store = new Map<string, Uint8Array>();
      const permissions = new Permissions({
        put: (key, value) => store.set(key, value),
        remove: (key) => assert.ok(store.delete(key)),
      });
      const model = new Map<string, readonly PermissionRule[]>();
      for (const { user, virtualHost, rules } of changes) {
        const had = model.has(`${user} ${virtualHost}`);
        if (rules !== undefined) {
          model.set(`${user} ${virtualHost}`, rules);
          permissions.put(user, virtualHost, rules);
        } else {
          model.delete(`${user} ${virtualHost}`);
          assert.equal(permissions.remove(user, virtualHost), had);
        }
        const restored = new Permissions(ignored);
        for (const [key, value] of store) assert.ok(restored.restore(key, value));
        assert.deepEqual([...restored.all()].length, model.size);
        for (const asked of [permissions, permissions, restored]) {
          for (const name of names) {
            for (const kind of kinds) {
              for (const operation of operations) {
                const expected = decidePlainly(model.get(`${user} ${virtualHost}`) ?? [], operation, kind, name);
                assert.equal(asked.allowed(user, virtualHost, operation, name, kind), expected);
              }
            }
          }
        }
      }
    }),
  );
});

test('what a deleted user or virtual host had is removed, in the store too', () => {
  const store = new Map<string, Uint8Array>();
  const permissions = new Permissions({
    put: (key, value) => store.set(key, value),
    remove: (key) => store.delete(key),
  });
  const rules = rulesOfRegexes({ configure: '.*', write: '.*', read: '.*' });
  for (const user of ['u', 'v']) for (const virtualHost of ['/', 'a/b']) permissions.put(user, virtualHost, rules);
  assert.deepEqual([...store.keys()], ['p/%2F/u', 'p/a%2Fb/u', 'p/%2F/v', 'p/a%2Fb/v']);
  const { version } = permissions;
  permissions.removeUser('u');
  assert.deepEqual([...store.keys()], ['p/%2F/v', 'p/a%2Fb/v']);
  assert.ok(permissions.version > version);
  assert.ok(!permissions.allowed('u', '/', 'read', 'x'));
  permissions.removeVirtualHost('a/b');
  assert.deepEqual([...store.keys()], ['p/%2F/v']);
  assert.deepEqual([...permissions.all()], [{ virtualHost: '/', user: 'v', rules }]);
  assert.equal(permissions.restore('u/x', new Uint8Array()), false);
});
