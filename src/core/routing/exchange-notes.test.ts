import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExchangeTables } from './exchange-tables.js';

function store() {
  const stored = new Map<string, Uint8Array>();
  const effects = {
    put: (key: string, value: Uint8Array) => stored.set(key, value),
    remove: (key: string) => assert.ok(stored.delete(key)),
  };
  return { stored, tables: new ExchangeTables(effects), effects };
}

const spec = { type: 'fanout', durable: true, autoDelete: false, internal: false, alternate: undefined, declared: {} };

test('notes about a durable exchange are there after a restart, in whatever order they are read, and go with it', () => {
  const { stored, tables, effects } = store();
  const { notes } = tables.of('a/b').declare('x/1', spec);
  notes.put('n/1', { deep: [1, { two: null }] });
  notes.put('n2', { gone: true });
  assert.ok(notes.remove('n2'));
  assert.ok(!notes.remove('n2'));
  assert.deepEqual(new Set(stored.keys()), new Set(['n/a%2Fb/x%2F1/n%2F1', 'x/a%2Fb/x%2F1']));

  const again = new ExchangeTables(effects);
  for (const [key, value] of [...stored].reverse()) assert.ok(again.restore(key, value));
  assert.deepEqual(
    again.finishRestore(() => undefined),
    [],
  );
  const restored = again.of('a/b').get('x/1')!.notes;
  assert.deepEqual([...restored.all()], [['n/1', { deep: [1, { two: null }] }]]);
  const { version } = restored;
  restored.put('n/1', {});
  assert.ok(restored.version > version);
  again.of('a/b').delete('x/1');
  assert.equal(stored.size, 0);
});

test('a note without its exchange is given back for removal', () => {
  const { stored, tables, effects } = store();
  tables.of('/').declare('x', spec).notes.put('n', {});
  stored.delete('x/%2F/x');
  const again = new ExchangeTables(effects);
  for (const [key, value] of stored) again.restore(key, value);
  assert.deepEqual(
    again.finishRestore(() => undefined),
    ['n/%2F/x/n'],
  );
});

test('notes about a transient exchange are not stored', () => {
  const { stored, tables } = store();
  const { notes } = tables.of('/').declare('x', { ...spec, durable: false });
  notes.put('n', { a: 1 });
  assert.deepEqual(notes.get('n'), { a: 1 });
  tables.of('/').delete('x');
  assert.equal(stored.size, 0);
});
