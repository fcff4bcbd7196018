import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from '../error-code.js';
import { alterClientQuotas } from '../schema/alter-client-quotas.js';
import { describeClientQuotas } from '../schema/describe-client-quotas.js';
import { fetch } from '../schema/fetch.js';
import { metadata } from '../schema/metadata.js';
import { produce } from '../schema/produce.js';
import { batchOf, fetchRequest, FrontFixture, produceRequest, record } from '../testing/front-fixture.test.js';
import { MemoryStores } from '../testing/memory-stores.test.js';
import { Quotas } from './quotas.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

interface Part {
  readonly entityType: string;
  readonly entityName: string | null;
}
const user = (entityName: string | null): Part => ({ entityType: 'user', entityName });
const clientId = (entityName: string | null): Part => ({ entityType: 'client-id', entityName });

async function alter(entity: readonly Part[], key: string, value: number | undefined): Promise<number> {
  const ops = [{ key, value: value ?? 0, remove: value === undefined }];
  const { entries } = await front.client.call(alterClientQuotas, 1, {
    entries: [{ entity, ops }],
    validateOnly: false,
  });
  return entries[0].errorCode;
}

test('the closest quota holds, and whom it names share it', () => {
  let nowMs = 0;
  const quotas = new Quotas(new MemoryStores().settings, () => nowMs);
  const take = (who: string, client: string, bytes: number) => {
    const charge = quotas.open(`User:${who}`, client);
    charge.add('produce', bytes);
    return charge.throttleMs();
  };
  const rate = (value: number) => new Map([['producer_byte_rate', value]]);
  assert.ok(quotas.isEmpty);
  quotas.alter({ clientId: null }, rate(100));
  assert.equal(take('alice', 'a', 100), 0, 'the worth of a second may come at once');
  assert.equal(take('bob', 'a', 100), 1000, 'the id is what has the quota, whoever uses it');
  assert.equal(take('bob', 'b', 100), 0, 'another id has its own');
  quotas.alter({ user: 'alice' }, rate(1000));
  assert.equal(take('alice', 'x', 3000), 2000);
  assert.equal(take('alice', 'y', 0), 2000, 'all of her clients wait');
  nowMs += 2000;
  assert.equal(take('alice', 'y', 0), 0);
  quotas.alter({ user: 'alice', clientId: 'y' }, rate(10));
  assert.equal(take('alice', 'y', 20), 1000);
  quotas.alter({ user: 'alice', clientId: 'y' }, new Map([['producer_byte_rate', undefined]]));
  nowMs += 1000;
  assert.equal(take('alice', 'y', 20), 0);
});

test('over any longer time the rate is kept', () => {
  let nowMs = 0;
  const quotas = new Quotas(new MemoryStores().settings, () => nowMs);
  quotas.alter({ user: null }, new Map([['consumer_byte_rate', 5000]]));
  let taken = 0;
  while (nowMs < 100_000) {
    const charge = quotas.open('User:alice', 'c');
    charge.add('fetch', 700);
    taken += 700;
    nowMs += Math.max(1, charge.throttleMs());
  }
  assert.ok(Math.abs(taken / 101 - 5000) < 100, `${taken / 101} bytes a second`);
});

test('quotas are set, described by filter and removed', async () => {
  assert.equal(await alter([user('alice')], 'producer_byte_rate', 1000), 0);
  assert.equal(await alter([user('alice'), clientId(null)], 'request_percentage', 50), 0);
  const describe = async (
    components: { entityType: string; matchType: number; match: string | null }[],
    strict = false,
  ) => {
    const { entries } = await front.client.call(describeClientQuotas, 1, { components, strict });
    return entries?.map(({ entity, values }) => [entity.length, values.map(({ key, value }) => `${key}=${value}`)]);
  };
  const alice = { entityType: 'user', matchType: 0, match: 'alice' };
  assert.deepEqual(await describe([alice]), [
    [1, ['producer_byte_rate=1000']],
    [2, ['request_percentage=50']],
  ]);
  assert.deepEqual(await describe([alice], true), [[1, ['producer_byte_rate=1000']]]);
  assert.deepEqual(await describe([{ entityType: 'client-id', matchType: 1, match: null }]), [
    [2, ['request_percentage=50']],
  ]);
  assert.deepEqual(await describe([{ entityType: 'user', matchType: 1, match: null }]), []);
  assert.equal(await alter([user('alice')], 'producer_byte_rate', undefined), 0);
  assert.equal(await alter([user('alice'), clientId(null)], 'request_percentage', undefined), 0);
  assert.deepEqual(await describe([]), []);
});

test('what is no quota is refused', async () => {
  assert.equal(await alter([user('alice')], 'no_such_rate', 1), ErrorCode.invalidRequest);
  assert.equal(await alter([user('alice')], 'producer_byte_rate', -1), ErrorCode.invalidRequest);
  assert.equal(await alter([], 'producer_byte_rate', 1), ErrorCode.invalidRequest);
  assert.equal(await alter([user('a'), user('b')], 'producer_byte_rate', 1), ErrorCode.invalidRequest);
  assert.equal(
    await alter([{ entityType: 'planet', entityName: 'x' }], 'producer_byte_rate', 1),
    ErrorCode.invalidRequest,
  );
});

test('a client over its quota is answered first, told, and then not read from', async () => {
  const name = await front.newTopic();
  const batch = batchOf(record('x'.repeat(300)));
  const rate = batch.length / 1.2;
  await alter([clientId('test-client')], 'producer_byte_rate', rate);
  try {
    const beganMs = performance.now();
    const { throttleTimeMs, responses } = await front.client.call(produce, 9, produceRequest(name, batch));
    assert.equal(responses[0].partitionResponses[0].errorCode, 0);
    assert.ok(throttleTimeMs > 100 && throttleTimeMs <= 200, String(throttleTimeMs));
    assert.ok(performance.now() - beganMs < throttleTimeMs, 'the answer does not wait');
    await front.client.call(metadata, 9, { topics: [] });
    assert.ok(performance.now() - beganMs >= throttleTimeMs - 1, 'the next request does');
  } finally {
    await front.renewClient();
    await alter([clientId('test-client')], 'producer_byte_rate', undefined);
  }
});

test('what is fetched and the time of requests count too', async () => {
  const name = await front.newTopic();
  await front.append(name, batchOf(record('x'.repeat(1000))));
  await alter([clientId(null)], 'consumer_byte_rate', 800);
  assert.ok((await front.client.call(fetch, 11, fetchRequest(name, 0))).throttleTimeMs > 0);
  await front.renewClient();
  await alter([clientId(null)], 'consumer_byte_rate', undefined);
  await alter([clientId(null)], 'request_percentage', 0.001);
  assert.ok((await front.client.call(metadata, 9, { topics: null })).throttleTimeMs > 0);
  await front.renewClient();
  await alter([clientId(null)], 'request_percentage', undefined);
  assert.equal((await front.client.call(metadata, 9, { topics: null })).throttleTimeMs, 0);
});
