import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DialectSettings } from './dialect-settings.js';

/** Settings over a store that the test can look into. */
function settingsOver(stored: Map<string, Uint8Array>): DialectSettings {
  return new DialectSettings({
    put: (key, value) => void stored.set(key, value),
    remove: (key) => void stored.delete(key),
  });
}

test('what a dialect keeps comes back from the store under any name', () => {
  const stored = new Map<string, Uint8Array>();
  const settings = settingsOver(stored);
  settings.put('kafka.quota', 'user/ä%/x', 'one');
  settings.put('kafka.quota', '', 'two');
  settings.put('kafka.acl', '7', 'three');
  settings.put('kafka.acl', '7', 'four');

  const restored = settingsOver(new Map());
  for (const [key, value] of stored) assert.ok(restored.restore(key, value));
  assert.deepEqual(
    [...restored.all('kafka.quota')],
    [
      ['user/ä%/x', 'one'],
      ['', 'two'],
    ],
  );
  assert.equal(restored.get('kafka.acl', '7'), 'four');
  assert.ok(!restored.restore('u/guest', new Uint8Array()));
});

test('what was removed is gone from the store too', () => {
  const stored = new Map<string, Uint8Array>();
  const settings = settingsOver(stored);
  settings.put('a', 'b', 'c');
  assert.ok(settings.remove('a', 'b'));
  assert.ok(!settings.remove('a', 'b'));
  assert.ok(!settings.remove('no such space', 'b'));
  assert.equal(settings.get('a', 'b'), undefined);
  assert.equal(stored.size, 0);
});
