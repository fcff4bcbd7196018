import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeAfter } from './group-recorder.test.js';
import { decodeTransaction, encodeTransaction } from './stored-transaction.js';
import { TransactionRecorder } from './transaction-recorder.test.js';

const LAST_EPOCH = 0x7ffe;

/** A coordinator whose producer has come to its last epoch but one. */
function nearTheEnd(oneFlush: boolean): TransactionRecorder {
  const log = new TransactionRecorder(oneFlush);
  log.producer();
  const stored = storeAfter(log.history);
  const transaction = decodeTransaction('payer', stored.get('t/x/payer') ?? new Uint8Array());
  stored.set('t/x/payer', encodeTransaction({ ...transaction, epoch: LAST_EPOCH - 1 }));
  const late = new TransactionRecorder(oneFlush, stored);
  for (const [key, value] of stored) late.put(key, value);
  return late;
}

test('a committed transaction writes one marker for each partition, and its offsets become visible', () => {
  const log = new TransactionRecorder();
  const producer = log.producer();
  assert.deepEqual([producer.epoch, log.state()], [0, 'empty']);
  assert.equal(log.add(producer, 7, 8), 'none');
  assert.equal(log.add(producer, 8), 'none');
  assert.equal(log.addGroup(producer, 'orders'), 'none');
  assert.deepEqual([log.state(), log.markers], ['ongoing', []]);
  assert.deepEqual(log.end(producer, true), { error: 'none', producerId: producer.producerId, epoch: 0 });
  const { producerId } = producer;
  assert.deepEqual(log.markers, [
    { partition: 7, producerId, epoch: 0, commit: true },
    { partition: 8, producerId, epoch: 0, commit: true },
    { partition: -1, producerId, epoch: -1, commit: true },
  ]);
  assert.equal(log.state(), 'complete-commit');
  assert.equal(log.add(producer, 9), 'none', 'and the next one can begin at once');
  log.end(producer, false);
  assert.deepEqual(log.markers.slice(3), [{ partition: 9, producerId, epoch: 0, commit: false }]);
});

test('an end that is asked for again is answered again, and the opposite end is refused', () => {
  const log = new TransactionRecorder();
  const producer = log.producer();
  assert.equal(log.end(producer, true).error, 'invalid-state', 'nothing was begun');
  log.add(producer, 7);
  log.end(producer, true);
  assert.equal(log.end(producer, true).error, 'none');
  assert.equal(log.end(producer, false).error, 'invalid-state');
  log.add(producer, 7);
  log.end(producer, false);
  assert.equal(log.end(producer, false).error, 'none');
  assert.equal(log.end(producer, true).error, 'invalid-state');
  assert.equal(log.markers.length, 2);
});

test('while the markers are on their way nothing else begins', () => {
  const log = new TransactionRecorder(false);
  const producer = log.producer();
  log.add(producer, 7);
  assert.equal(log.end(producer, true).error, 'none');
  assert.deepEqual([log.state(), log.markers], ['prepare-commit', []]);
  assert.equal(log.end(producer, true).error, 'concurrent-transactions');
  assert.equal(log.end(producer, false).error, 'invalid-state');
  assert.equal(log.add(producer, 8), 'concurrent-transactions');
  assert.equal(log.addGroup(producer, 'orders'), 'concurrent-transactions');
  assert.equal(log.init().error, 'concurrent-transactions');
  assert.equal(log.coordinator.checkProduce(producer.producerId, 0, 7), 'concurrent-transactions');
  log.wait(1_000_000);
  assert.equal(log.state(), 'prepare-commit', 'a decision does not time out');
  log.deliver();
  assert.equal(log.state(), 'complete-commit');
  assert.throws(() => log.coordinator.complete(producer.producerId, 1), /decided/);
  assert.throws(() => log.coordinator.writeMarkers(999), /decided/);
});

test('a decision survives a restart, and its markers are written then', () => {
  const log = new TransactionRecorder(false);
  const producer = log.producer();
  log.add(producer, 7);
  log.addGroup(producer, 'orders');
  log.end(producer, true);
  const again = log.restarted();
  assert.equal(again.state(), 'prepare-commit');
  again.deliver();
  assert.deepEqual(
    again.markers.map(({ partition, commit }) => [partition, commit]),
    [
      [7, true],
      [-1, true],
    ],
  );
  assert.deepEqual([again.state(), again.restarted().state()], ['complete-commit', 'complete-commit']);
});

test('an open transaction survives a restart, until its timeout', () => {
  const log = new TransactionRecorder();
  const producer = log.producer();
  log.add(producer, 7);
  log.wait(59_000);
  const again = log.restarted();
  assert.equal(again.state(), 'ongoing');
  again.wait(1_000);
  assert.deepEqual(again.markers, [{ partition: 7, producerId: producer.producerId, epoch: 1, commit: false }]);
  assert.equal(again.state(), 'complete-abort');
  assert.equal(again.end(producer, true).error, 'producer-fenced');
  assert.equal(again.add(producer, 7), 'producer-fenced');
  assert.equal(again.init().epoch, 2);
});

test('the timeout counts from the beginning of the transaction, not from its last partition', () => {
  const log = new TransactionRecorder();
  const producer = log.producer();
  log.wait(59_000);
  log.add(producer, 7);
  log.wait(59_000);
  log.add(producer, 8);
  log.wait(999);
  assert.equal(log.state(), 'ongoing');
  log.wait(1);
  assert.equal(log.state(), 'complete-abort');
});

test('a new incarnation fences the old one; its open transaction is aborted first', () => {
  const log = new TransactionRecorder();
  const old = log.producer();
  log.add(old, 7);
  assert.deepEqual(log.init(), { error: 'concurrent-transactions', producerId: -1, epoch: -1 });
  assert.deepEqual(log.markers, [{ partition: 7, producerId: old.producerId, epoch: 1, commit: false }]);
  const young = log.producer();
  assert.deepEqual([young.producerId, young.epoch], [old.producerId, 2]);
  assert.equal(log.add(old, 7), 'producer-fenced');
  assert.equal(log.addGroup(old, 'orders'), 'producer-fenced');
  assert.equal(log.end(old, true).error, 'producer-fenced');
  assert.equal(log.coordinator.checkProduce(old.producerId, 0, 7), 'producer-fenced');
  assert.equal(log.coordinator.checkOffsets(old, 'orders'), 'producer-fenced');
  assert.equal(log.init({ producerId: old.producerId, epoch: 0 }).error, 'producer-fenced');
});

test('a producer that says what it had gets the next epoch, once', () => {
  const log = new TransactionRecorder();
  const { producerId } = log.producer();
  const next = { error: 'none', producerId, epoch: 1 };
  assert.deepEqual(log.init({ producerId, epoch: 0 }), next);
  assert.deepEqual(log.init({ producerId, epoch: 0 }), next, 'it did not get the answer');
  assert.deepEqual(log.init({ producerId, epoch: 1 }), { ...next, epoch: 2 });
  assert.equal(log.init({ producerId, epoch: 0 }).error, 'producer-fenced');
  assert.equal(log.init({ producerId: producerId + 1, epoch: 2 }).error, 'producer-fenced');
  assert.deepEqual(log.init(), { ...next, epoch: 3 });
  assert.equal(log.init({ producerId, epoch: 2 }).error, 'producer-fenced', 'somebody else asked in between');
  assert.equal(log.init({ producerId, epoch: -1 }).error, 'producer-fenced');
  const unknown = log.init({ transactionalId: 'other', producerId: 12_345, epoch: 6 });
  assert.deepEqual([unknown.error, unknown.epoch], ['none', 0], 'its id was forgotten meanwhile');
});

test('one who says what it had before a transaction that is open does not end that', () => {
  const log = new TransactionRecorder();
  const { producerId } = log.producer();
  const { epoch } = log.init({ producerId, epoch: 0 });
  log.add({ transactionalId: 'payer', producerId, epoch }, 7);
  assert.equal(log.init({ producerId, epoch: 0 }).error, 'producer-fenced');
  assert.equal(log.state(), 'ongoing');
});

test('neither does one whose epoch was raised since get through, whatever it asks', () => {
  const log = new TransactionRecorder();
  const first = log.producer();
  const said = { producerId: first.producerId, epoch: 0 };
  const second = { ...first, epoch: log.init(said).epoch };
  log.add(second, 7);
  assert.equal(log.end(second, true).epoch, 1);
  assert.equal(log.end(first, true).error, 'producer-fenced');

  log.add(second, 7);
  assert.equal(log.end(second, true, true).epoch, 2);
  const third = { ...first, epoch: 2 };
  log.add(third, 7);
  assert.equal(log.init().error, 'concurrent-transactions');
  assert.equal(log.end(second, true, true).error, 'producer-fenced');
  assert.equal(log.init({ ...said, epoch: 1 }).error, 'producer-fenced');
});

test('when the epochs are used up the producer gets a new id', () => {
  const log = nearTheEnd(true);
  const { producerId, epoch } = log.producer();
  assert.equal(epoch, LAST_EPOCH);
  const told = log.init({ producerId, epoch: LAST_EPOCH });
  assert.deepEqual([told.error, told.epoch], ['none', 0]);
  assert.notEqual(told.producerId, producerId);
  assert.deepEqual(log.init({ producerId, epoch: LAST_EPOCH }), told, 'it did not get the answer');
  const old = { transactionalId: 'payer', producerId, epoch: LAST_EPOCH };
  assert.equal(log.add(old, 7), 'invalid-producer-mapping');
  log.add({ ...old, ...told }, 7);
  assert.equal(log.coordinator.checkProduce(producerId, 0, 7), 'invalid-producer-mapping');
});

test('a producer with the last epoch can still be fenced', () => {
  const log = nearTheEnd(true);
  const last = log.producer();
  log.add(last, 7);
  log.wait(60_000);
  assert.equal(log.markers[0].epoch, LAST_EPOCH + 1, 'fenced with the epoch that was kept for it');
  assert.equal(log.add({ ...last, epoch: LAST_EPOCH + 1 }, 7), 'producer-fenced', 'nobody was given that one');
  assert.equal(log.producer().epoch, 0);
});

test('with an end that raises the epoch the producer goes on with the new one', () => {
  const log = new TransactionRecorder();
  const first = log.producer();
  log.add(first, 7);
  const answer = log.end(first, true, true);
  assert.deepEqual(answer, { error: 'none', producerId: first.producerId, epoch: 1 });
  assert.equal(log.markers[0].epoch, 1, 'what the old epoch still sends comes too late');
  assert.deepEqual(log.end(first, true, true), answer, 'it did not get the answer');
  assert.equal(log.end(first, false, true).error, 'invalid-state');
  assert.equal(log.add(first, 7), 'producer-fenced');

  const second = { ...first, epoch: 1 };
  assert.equal(log.end(second, true, true).error, 'invalid-state', 'nothing was begun');
  assert.equal(log.end(second, false, true).epoch, 2, 'but can be given up, for the sake of the epoch');
  assert.equal(log.end(second, false, true).epoch, 2);
  const third = { ...first, epoch: 2 };
  log.add(third, 8);
  assert.equal(log.end(second, false, true).error, 'producer-fenced');
  assert.equal(log.end(third, false, true).epoch, 3);
});

test('an end that raises the last epoch leads to a new producer id', () => {
  const log = nearTheEnd(false);
  const last = log.producer();
  log.add(last, 7);
  const answer = log.end(last, true, true);
  assert.deepEqual([answer.error, answer.epoch], ['none', 0]);
  const next = { ...last, ...answer };
  assert.equal(log.add(next, 7), 'concurrent-transactions', 'the markers are on their way');
  const again = log.restarted();
  assert.equal(again.add(next, 7), 'concurrent-transactions');
  again.deliver();
  assert.deepEqual(again.markers, [{ partition: 7, producerId: last.producerId, epoch: LAST_EPOCH + 1, commit: true }]);
  assert.deepEqual(again.end(last, true, true), answer, 'it did not get the answer');
  assert.equal(again.add(next, 7), 'none');
});

test('only what was added may be written and committed in a transaction', () => {
  const log = new TransactionRecorder();
  const producer = log.producer();
  const { producerId, epoch } = producer;
  assert.equal(log.coordinator.checkProduce(producerId, epoch, 7), 'invalid-state');
  log.add(producer, 7);
  log.addGroup(producer, 'orders');
  assert.equal(log.coordinator.checkProduce(producerId, epoch, 7), 'none');
  assert.equal(log.coordinator.checkProduce(producerId, epoch, 8), 'invalid-state');
  assert.equal(log.coordinator.checkProduce(producerId + 1, epoch, 7), 'invalid-producer-mapping');
  assert.equal(log.coordinator.checkOffsets(producer, 'orders'), 'none');
  assert.equal(log.coordinator.checkOffsets(producer, 'other'), 'invalid-state');
  log.end(producer, true);
  assert.equal(log.coordinator.checkProduce(producerId, epoch, 7), 'invalid-state');
});

test('requests with an impossible id or timeout are refused', () => {
  const log = new TransactionRecorder();
  assert.equal(log.init({ transactionalId: '' }).error, 'invalid-request');
  assert.equal(log.init({ timeoutMs: 0 }).error, 'invalid-timeout');
  assert.equal(log.init({ timeoutMs: 900_001 }).error, 'invalid-timeout');
  assert.equal(log.coordinator.describe('payer'), undefined);
  const producer = log.producer();
  const stranger = { ...producer, transactionalId: 'stranger' };
  assert.equal(log.add({ ...producer, transactionalId: '' }, 7), 'invalid-request');
  assert.equal(log.end({ ...producer, transactionalId: '' }, true).error, 'invalid-request');
  assert.equal(log.add(stranger, 7), 'invalid-producer-mapping');
  assert.equal(log.end(stranger, true).error, 'invalid-producer-mapping');
  assert.equal(log.coordinator.checkOffsets(stranger, 'orders'), 'invalid-producer-mapping');
  assert.equal(log.add({ ...producer, producerId: 55 }, 7), 'invalid-producer-mapping');
  assert.equal(log.add({ ...producer, epoch: 1 }, 7), 'producer-fenced');
});

test('producer ids are never handed out twice, whatever was lost with a process', () => {
  const log = new TransactionRecorder();
  const seen = new Set<number>();
  for (let i = 0; i < 1_500; i++) seen.add(log.init({ transactionalId: null }).producerId);
  assert.equal(log.history.length, 2, 'they are reserved in blocks');
  const again = log.restarted();
  for (let i = 0; i < 1_500; i++) seen.add(again.init({ transactionalId: null }).producerId);
  assert.equal(seen.size, 3_000);
});

test('a partition that is gone gets no marker', () => {
  const log = new TransactionRecorder();
  const producer = log.producer();
  log.add(producer, 7, 8);
  log.coordinator.dropPartition(7);
  const again = log.restarted();
  again.end(producer, true);
  assert.deepEqual(
    again.markers.map((marker) => marker.partition),
    [8],
  );
});

test('a transactional id that nobody uses is forgotten after a while, an open transaction first aborted', () => {
  const log = new TransactionRecorder();
  const producer = log.producer();
  log.wait(604_799_999);
  log.add(producer, 7);
  log.wait(604_859_999);
  assert.deepEqual(log.coordinator.list(), [
    {
      transactionalId: 'payer',
      state: 'complete-abort',
      producerId: producer.producerId,
      epoch: 1,
      timeoutMs: 60_000,
      startedMs: -1,
      partitions: [],
    },
  ]);
  log.wait(1);
  assert.deepEqual(log.coordinator.list(), []);
  assert.equal(log.coordinator.nextDueMs, Number.POSITIVE_INFINITY);
  assert.deepEqual([...storeAfter(log.history).keys()], ['t/p']);
  assert.equal(log.end(producer, true).error, 'invalid-producer-mapping');
});

test('what is described is what is stored; a damaged entry is refused', () => {
  const log = new TransactionRecorder(false);
  log.add(log.producer(), 7, 2 ** 40);
  log.addGroup(log.producer('other'), 'größe');
  assert.deepEqual(log.restarted().coordinator.list(), log.coordinator.list());
  assert.deepEqual(log.coordinator.describe('payer')?.partitions, [7, 2 ** 40]);
  assert.equal(log.coordinator.describe('payer')?.startedMs, log.nowMs);
  const fresh = new TransactionRecorder().coordinator;
  for (const [key, value] of storeAfter(log.history)) {
    assert.throws(() => fresh.restore(key, value.slice(0, -1)), RangeError, key);
    assert.throws(() => fresh.restore(key, Uint8Array.of(99, ...value.slice(1))), RangeError, key);
  }
  assert.equal(fresh.restore('g/m/other', Uint8Array.of(1)), false);
  assert.deepEqual(fresh.list(), []);
});

test('an effect that calls back into the coordinator is refused', () => {
  const log = new TransactionRecorder(false);
  const producer = log.producer();
  log.add(producer, 7);
  log.decided = (producerId) => log.coordinator.writeMarkers(producerId);
  assert.throws(() => log.end(producer, true), /called back/);
});
