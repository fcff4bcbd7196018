import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerError } from '../broker-error.js';
import { VirtualHosts } from './virtual-hosts.js';

function newVirtualHosts() {
  const store = new Map<string, Uint8Array>();
  const effects = {
    put: (key: string, value: Uint8Array) => store.set(key, value),
    remove: (key: string) => store.delete(key),
  };
  return { store, virtualHosts: new VirtualHosts(effects) };
}

test('the default virtual host is there from the start and stays', () => {
  const { store, virtualHosts } = newVirtualHosts();
  assert.deepEqual([...virtualHosts.all()], [{ name: '/', description: '', tags: [] }]);
  assert.equal(store.size, 0);
  assert.throws(
    () => virtualHosts.delete('/'),
    (error) => error instanceof BrokerError && error.kind === 'access-refused',
  );
});

test('a virtual host is created, described anew, restored and deleted', () => {
  const { store, virtualHosts } = newVirtualHosts();
  assert.equal(virtualHosts.put('team/a'), true);
  assert.equal(virtualHosts.put('team/a', 'Team A', ['production', 'eu']), false);
  assert.equal(virtualHosts.put('/', 'the usual'), false);
  const restored = newVirtualHosts();
  for (const [key, value] of store) assert.ok(restored.virtualHosts.restore(key, value));
  assert.deepEqual(restored.virtualHosts.get('team/a'), {
    name: 'team/a',
    description: 'Team A',
    tags: ['production', 'eu'],
  });
  assert.equal(restored.virtualHosts.get('/')?.description, 'the usual');
  assert.equal(restored.store.size, 0, 'restoring is no change');
  assert.equal(virtualHosts.delete('team/a'), true);
  assert.equal(virtualHosts.delete('team/a'), false);
  assert.deepEqual([...store.keys()], ['v/%2F']);
});

test('impossible names, foreign entries and unknown formats are refused', () => {
  const { virtualHosts } = newVirtualHosts();
  for (const name of ['', 'x'.repeat(256)]) {
    assert.throws(
      () => virtualHosts.put(name),
      (error) => error instanceof BrokerError && error.kind === 'invalid-name',
    );
  }
  assert.equal(virtualHosts.restore('x/%2F/e', Uint8Array.of(1)), false);
  assert.throws(() => virtualHosts.restore('v/a', Uint8Array.of(9)), RangeError);
});
