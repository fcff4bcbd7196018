import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case.js';
import { bytes, run, type ShardDriver } from './shard-driver.js';

export const metadataCases: readonly ConformanceCase[] = [
  {
    name: 'metadata is listed by prefix, in code-unit order',
    async run(driver) {
      const keys = ['queue/b', 'queue/a', 'Queue/z', 'queue/\u{1F600}', 'queue/\uFFFD', 'queuf', 'queue', ''];
      await driver.put({ metadata: keys.map((key) => ({ key, value: bytes(key) })) });
      const expected = ['queue/a', 'queue/b', 'queue/\u{1F600}', 'queue/\uFFFD'];
      assert.deepEqual(keysOf(driver, 'queue/'), expected);
      assert.deepEqual(keysOf(driver, ''), [...keys].sort());
      await driver.crash();
      assert.deepEqual(keysOf(driver, 'queue/'), expected);
    },
  },
  {
    name: 'the last change of a key wins, within a flush and over flushes',
    async run(driver) {
      await set(driver, ['a', 'one'], ['b', 'one'], ['a', 'two']);
      await set(driver, ['b', 'three'], ['c', 'gone'], ['c', undefined]);
      assert.deepEqual(entries(driver), { a: 'two', b: 'three' });
      await driver.crash();
      assert.deepEqual(entries(driver), { a: 'two', b: 'three' });
    },
  },
  {
    name: 'a removed key stays removed',
    async run(driver) {
      await set(driver, ['a', 'one'], ['b', 'one']);
      await set(driver, ['a', undefined], ['never there', undefined]);
      assert.deepEqual(entries(driver), { b: 'one' });
      await driver.restart();
      assert.deepEqual(entries(driver), { b: 'one' });
      await set(driver, ['a', 'again']);
      await driver.crash();
      assert.deepEqual(entries(driver), { a: 'again', b: 'one' });
    },
  },
  {
    name: 'an empty value is a value',
    async run(driver) {
      await set(driver, ['empty', '']);
      assert.deepEqual(entries(driver), { empty: '' });
      await driver.crash();
      assert.deepEqual(entries(driver), { empty: '' });
    },
  },
  {
    name: 'large values are kept',
    async run(driver) {
      const large = 'L'.repeat(300_000);
      await set(driver, ['large', large], ['small', 's']);
      assert.deepEqual(entries(driver), { large, small: 's' });
      await driver.crash();
      assert.deepEqual(entries(driver), { large, small: 's' });
      await set(driver, ['large', 'now small']);
      await driver.restart();
      assert.deepEqual(entries(driver), { large: 'now small', small: 's' });
    },
  },
  {
    name: 'the engine keeps a value of its own',
    async run(driver) {
      const value = bytes('mine');
      await driver.put({ metadata: [{ key: 'k', value }] });
      value.fill(0);
      assert.deepEqual(entries(driver), { k: 'mine' });
    },
  },
  {
    name: 'metadata and runs of one flush come together',
    async run(driver) {
      await driver.put({ runs: [run(7, 0, 1, 'run')], metadata: [{ key: 'k', value: bytes('v') }] });
      await driver.crash();
      assert.deepEqual(entries(driver), { k: 'v' });
      assert.deepEqual(await driver.texts(7), ['0-0 run']);
    },
  },
  {
    name: 'metadata can be read before the replay',
    async run(driver) {
      await set(driver, ['position', '12']);
      await driver.stop();
      const engine = await driver.fixture.reopen();
      const shard = await engine.openShard(0, (await engine.shardEpoch(0)) + 1);
      assert.deepEqual(
        [...shard.metadata('')].map(([key]) => key),
        ['position'],
      );
      await shard.close();
      await engine.close();
    },
  },
  {
    name: 'a listing is not disturbed by changes made meanwhile',
    async run(driver) {
      await set(driver, ['a', '1'], ['b', '2'], ['c', '3']);
      const seen: string[] = [];
      for (const [key] of driver.shard.metadata('')) {
        seen.push(key);
        if (key === 'a') await set(driver, ['b', undefined], ['d', '4']);
      }
      assert.deepEqual(seen.slice(0, 1), ['a']);
      assert.ok(seen.includes('c'));
      assert.deepEqual(keysOf(driver, ''), ['a', 'c', 'd']);
    },
  },
  {
    name: 'thousands of keys come and go',
    async run(driver) {
      const key = (i: number) => `key/${String(i).padStart(6, '0')}`;
      const all = Array.from({ length: 5_000 }, (_, i) => i);
      await driver.put({ metadata: all.map((i) => ({ key: key(i), value: bytes(String(i)) })) });
      await driver.put({ metadata: all.filter((i) => i % 2 === 0).map((i) => ({ key: key(i), value: undefined })) });
      await driver.crash();
      assert.deepEqual(keysOf(driver, 'key/'), all.filter((i) => i % 2 === 1).map(key));
    },
  },
];

async function set(driver: ShardDriver, ...changes: (readonly [string, string | undefined])[]): Promise<void> {
  await driver.put({
    metadata: changes.map(([key, value]) => ({ key, value: value === undefined ? undefined : bytes(value) })),
  });
}

function keysOf(driver: ShardDriver, prefix: string): string[] {
  return [...driver.shard.metadata(prefix)].map(([key]) => key);
}

function entries(driver: ShardDriver): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of driver.shard.metadata('')) found[key] = new TextDecoder().decode(value);
  return found;
}
