import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { storeAfter } from './group-recorder.test.js';
import { type Marker, TransactionRecorder } from './transaction-recorder.test.js';
import type { ProducerAnswer, ProducerClaim } from './transaction-requests.js';

const IDS = ['payer', 'shipper'];
/** Incarnations of producers; two share each transactional id and do not know of each other. */
const PRODUCERS = 4;
const PARTITIONS = 3;

/** What one incarnation believes. */
interface Producer extends ProducerClaim {
  /** The second one of each id has its epoch raised at every end. */
  readonly raisesEpoch: boolean;
}

/** What must come of the transaction that is open for a transactional id. */
interface Open {
  readonly owner: number;
  readonly partitions: Set<number>;
}

class History {
  log: TransactionRecorder;
  readonly checkpoints: { readonly changes: number; readonly described: string }[] = [];
  readonly #producers: Producer[];
  /** By transactional id. */
  readonly #open = new Map<string, Open>();
  /** Every producer id and epoch that was ever given to somebody, and to whom. */
  readonly #given = new Map<string, number>();
  /** Markers that must be written, in any order. */
  #expected: string[] = [];
  #restarted = false;

  constructor(oneFlush: boolean) {
    this.log = new TransactionRecorder(oneFlush);
    this.#producers = Array.from({ length: PRODUCERS }, (_, index) => ({
      transactionalId: IDS[index % IDS.length],
      producerId: -1,
      epoch: -1,
      raisesEpoch: index >= IDS.length,
    }));
  }

  /** `knows`: it says what it has had so far. */
  init(index: number, knows: boolean): void {
    const { transactionalId, producerId, epoch } = this.#producers[index];
    const answer = this.log.init({ transactionalId, ...(knows ? { producerId, epoch } : {}) });
    if (answer.error === 'concurrent-transactions') this.#endsBadly(transactionalId);
    this.#take(index, answer);
    this.#check();
  }

  add(index: number, partitions: readonly number[]): void {
    const producer = this.#producers[index];
    if (this.log.add(producer, ...partitions) === 'none') {
      const open = this.#open.get(producer.transactionalId) ?? { owner: index, partitions: new Set() };
      assert.equal(open.owner, index, 'two incarnations in one transaction');
      for (const partition of partitions) open.partitions.add(partition);
      this.#open.set(producer.transactionalId, open);
    }
    this.#check();
  }

  end(index: number, commit: boolean): void {
    const producer = this.#producers[index];
    const { transactionalId, raisesEpoch } = producer;
    const open = this.#open.get(transactionalId);
    const answer = this.log.end(producer, commit, raisesEpoch);
    if (answer.error === 'none' && open !== undefined) {
      assert.equal(open.owner, index, 'ended by another incarnation');
      this.#ends(transactionalId, commit);
    }
    if (raisesEpoch) this.#take(index, answer);
    this.#check();
  }

  deliver(): void {
    this.log.deliver();
    this.#check();
  }

  wait(durationMs: number): void {
    const open = new Map(this.#open);
    this.log.wait(durationMs);
    for (const transactionalId of open.keys()) {
      if (this.log.state(transactionalId) !== 'ongoing') this.#endsBadly(transactionalId);
    }
    this.#check();
  }

  restart(): void {
    this.#restarted = true;
    const { markers } = this.log;
    this.log = this.log.restarted();
    this.log.markers.push(...markers);
    if (this.log.oneFlush) this.log.deliver();
    this.#check();
  }

  /** Everything that was decided gets its markers: those and no others. */
  finish(): void {
    this.wait(120_000);
    this.log.deliver();
    const written = this.log.markers.map((marker: Marker) => `${marker.partition} ${marker.commit}`);
    const all = this.#restarted ? [...new Set(written)] : written;
    const expected = this.#restarted ? [...new Set(this.#expected)] : this.#expected;
    assert.deepEqual(all.toSorted(), expected.toSorted());
    for (const id of IDS)
      assert.ok([undefined, 'empty', 'complete-commit', 'complete-abort'].includes(this.log.state(id)));
  }

  #endsBadly(transactionalId: string): void {
    if (this.#open.has(transactionalId)) this.#ends(transactionalId, false);
  }

  #ends(transactionalId: string, commit: boolean): void {
    for (const partition of this.#open.get(transactionalId)?.partitions ?? []) {
      this.#expected.push(`${partition} ${commit}`);
    }
    this.#open.delete(transactionalId);
  }

  #take(index: number, answer: ProducerAnswer): void {
    if (answer.error !== 'none') return;
    const { producerId, epoch } = answer;
    const owner = this.#given.get(`${producerId} ${epoch}`) ?? index;
    assert.equal(owner, index, 'one id and epoch given to two incarnations');
    this.#given.set(`${producerId} ${epoch}`, index);
    this.#producers[index] = { ...this.#producers[index], producerId, epoch };
  }

  #check(): void {
    this.checkpoints.push({ changes: this.log.history.length, described: JSON.stringify(this.log.coordinator.list()) });
  }
}

type Act = (history: History) => void;

/** Something that happens in a history; fast-check prints it as a call. */
function doing<K extends 'init' | 'add' | 'end' | 'deliver' | 'wait' | 'restart'>(
  name: K,
  ...given: Parameters<History[K]>
): Act {
  const act = (history: History) => {
    (history[name] as (...args: unknown[]) => void)(...given);
  };
  return Object.assign(act, { [fc.toStringMethod]: () => `${name}(${JSON.stringify(given).slice(1, -1)})` });
}

const producer = fc.nat(PRODUCERS - 1);
const partitions = fc.uniqueArray(fc.nat(PARTITIONS - 1), { maxLength: 2 });
const actions = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(producer, fc.boolean()).map((given) => doing('init', ...given)) },
    { weight: 6, arbitrary: fc.tuple(producer, partitions).map((given) => doing('add', ...given)) },
    { weight: 5, arbitrary: fc.tuple(producer, fc.boolean()).map((given) => doing('end', ...given)) },
    { weight: 3, arbitrary: fc.constant(doing('deliver')) },
    { weight: 1, arbitrary: fc.constantFrom(1_000, 61_000).map((ms) => doing('wait', ms)) },
    { weight: 1, arbitrary: fc.constant(doing('restart')) },
  ),
  { minLength: 1, maxLength: 50 },
);

test('whatever producers do, one incarnation at a time owns a transaction, and each ends in every partition as decided', () => {
  fc.assert(
    fc.property(fc.boolean(), actions, (oneFlush, list) => {
      const history = new History(oneFlush);
      for (const act of list) act(history);
      history.finish();
    }),
    { numRuns: 2_000 },
  );
});

test('every part of the history of the store, from its beginning, gives back what was known then', () => {
  fc.assert(
    fc.property(fc.boolean(), actions, (oneFlush, list) => {
      const history = new History(oneFlush);
      for (const act of list) act(history);
      for (let count = 0; count <= history.log.history.length; count++) {
        const restored = new TransactionRecorder(false, storeAfter(history.log.history.slice(0, count)));
        const then = history.checkpoints.findLast(({ changes }) => changes === count);
        const found = sorted(JSON.stringify(restored.coordinator.list()));
        if (then !== undefined) assert.deepEqual(found, sorted(then.described));
      }
    }),
    { numRuns: 200 },
  );
});

function sorted(described: string): ProducerClaim[] {
  const list = JSON.parse(described) as ProducerClaim[];
  return list.toSorted((a, b) => a.transactionalId.localeCompare(b.transactionalId));
}
