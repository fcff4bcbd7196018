import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GLOBAL, Parameters } from './parameters.js';

function newParameters() {
  const store = new Map<string, Uint8Array>();
  const effects = {
    put: (key: string, value: Uint8Array) => store.set(key, value),
    remove: (key: string) => store.delete(key),
  };
  return { store, parameters: new Parameters(effects) };
}

test('a parameter is put, replaced, restored and removed, whatever its names are', () => {
  const { store, parameters } = newParameters();
  assert.equal(parameters.put('team/a', 'policy', 'p/1 %2F', { pattern: '^a' }), true);
  assert.equal(parameters.put('team/a', 'policy', 'p/1 %2F', { pattern: '^b' }), false);
  parameters.put(GLOBAL, 'global', 'cluster_name', 'one');
  const restored = newParameters().parameters;
  for (const [key, value] of store) assert.ok(restored.restore(key, value));
  assert.deepEqual([...restored.all()], [...parameters.all()]);
  assert.deepEqual(restored.get('team/a', 'policy', 'p/1 %2F'), { pattern: '^b' });
  assert.equal(parameters.remove('team/a', 'policy', 'p/1 %2F'), true);
  assert.equal(parameters.remove('team/a', 'policy', 'p/1 %2F'), false);
  assert.deepEqual([...store.keys()], ['r//global/cluster_name']);
});

test('what belongs to a virtual host goes with it, and whoever listens hears of every change', () => {
  const { store, parameters } = newParameters();
  const changes: string[] = [];
  parameters.onChange((virtualHost, component) => changes.push(`${virtualHost} ${component}`));
  parameters.put('a', 'policy', 'x', 1);
  parameters.put('b', 'policy', 'x', 2);
  parameters.removeVirtualHost('a');
  assert.deepEqual(
    [...parameters.all('policy')].map(({ virtualHost }) => virtualHost),
    ['b'],
  );
  assert.deepEqual(changes, ['a policy', 'b policy', 'a policy']);
  assert.equal(store.size, 1);
});

test('a key of another kind is left to others', () => {
  const { parameters } = newParameters();
  assert.equal(parameters.restore('v/a', new Uint8Array()), false);
});
