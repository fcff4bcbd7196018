import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIALECT_NATIVE } from '../../bytes/index.js';
import type { ShareSettings } from '../broker.js';
import { CoreRig } from '../testing/core-rig.test.js';
import { testMessage } from '../testing/test-message.test.js';

const GROUP = 'workers';
const SETTINGS: ShareSettings = { maxAttempts: 2, uncommitted: false };
const LOCK_MS = 30_000;

/** A topic of one partition with records, and a share group that works it off. */
class SharedTopic {
  rig = new CoreRig();
  readonly topic: number;
  session: number;

  constructor(bodies: readonly string[], fromOffset = 0) {
    const spec = { partitions: 1, dialect: DIALECT_NATIVE, declared: {}, settings: {} };
    this.topic = this.rig.core.createTopic('/', 'log', { id: '0'.repeat(32), ...spec });
    this.produce(...bodies);
    this.rig.core.openShare(this.partition, GROUP, fromOffset, SETTINGS);
    this.rig.flushAll();
    this.session = this.rig.session();
  }

  get partition(): number {
    return this.rig.core.topic(this.rig.core.findTopic('/', 'log')).partitionHandles[0]!;
  }

  get share(): number {
    return this.rig.core.findShare(this.partition, GROUP);
  }

  produce(...bodies: readonly string[]): void {
    const { core } = this.rig;
    for (const body of bodies) core.publish(core.routeToTopic(core.findTopic('/', 'log')), testMessage({ body }));
    this.rig.flushAll();
  }

  /** What a member gets now: offset, body, attempts. */
  acquire(max = 10): (readonly [number, string, number])[] {
    this.rig.acquire(this.session, this.share, { max, visibilityMs: LOCK_MS });
    this.rig.rest();
    return this.rig
      .sink(this.session)
      .take()
      .map(({ seq, body, attempts }) => [seq, body, attempts] as const);
  }

  acknowledge(offset: number, attempts = 1): string {
    return this.rig.core.acknowledgeMessage(this.share, offset, attempts, true);
  }

  release(offset: number, attempts = 1): string {
    return this.rig.core.extendMessage(this.share, offset, attempts, 0, true);
  }

  become(next: CoreRig): void {
    this.rig = next;
    this.session = next.session();
  }

  get counts(): { ready: number; inFlight: number } {
    const { ready, inFlight } = this.rig.core.counts(this.share);
    return { ready, inFlight };
  }
}

describe('a share group over a topic', () => {
  it('gives each record to one member, and says how often it was acquired', () => {
    const shared = new SharedTopic(['a', 'b', 'c']);
    assert.deepEqual(shared.acquire(2), [
      [0, 'a', 1],
      [1, 'b', 1],
    ]);
    assert.deepEqual(shared.acquire(2), [[2, 'c', 1]]);
    assert.deepEqual(shared.acquire(2), []);
    assert.deepEqual(shared.counts, { ready: 0, inFlight: 3 });
  });

  it('accepts, releases, rejects and renews by offset', () => {
    const shared = new SharedTopic(['a', 'b', 'c', 'd']);
    shared.acquire();
    assert.equal(shared.acknowledge(0), 'held');
    assert.equal(shared.release(1), 'held');
    assert.equal(shared.rig.core.rejectMessage(shared.share, 2, 1, true), 'held');
    assert.equal(shared.acknowledge(0), 'gone');
    assert.deepEqual(shared.acquire(), [[1, 'b', 2]]);
    shared.rig.advance(LOCK_MS - 1);
    assert.equal(shared.rig.core.extendMessage(shared.share, 3, 1, LOCK_MS, true), 'held');
    shared.rig.advance(LOCK_MS - 1);
    assert.equal(shared.acknowledge(3), 'held', 'the renewed lock still stands');
  });

  it('gives back what was not settled in time, and archives it after the last attempt', () => {
    const shared = new SharedTopic(['a', 'b']);
    shared.acquire(1);
    shared.rig.advance(LOCK_MS);
    assert.equal(shared.acknowledge(0), 'expired');
    assert.deepEqual(shared.acquire(1), [[0, 'a', 2]]);
    assert.equal(shared.acknowledge(0, 1), 'expired', 'the lock is of a later attempt');
    assert.equal(shared.release(0, 2), 'held');
    assert.deepEqual(shared.acquire(1), [[1, 'b', 1]]);
    assert.equal(shared.rig.core.firstUnsettled(shared.share), 1);
    assert.equal(shared.rig.core.partition(shared.partition).logStart, 0, 'the log keeps every record');
  });

  it('begins where it is told, and goes on with what is produced', () => {
    const shared = new SharedTopic(['a', 'b', 'c'], 2);
    assert.equal(shared.rig.core.firstUnsettled(shared.share), 2);
    assert.deepEqual(shared.acquire(), [[2, 'c', 1]]);
    shared.produce('d');
    assert.deepEqual(shared.acquire(), [[3, 'd', 1]]);
  });

  it('is one of several: another group has everything for itself', () => {
    const shared = new SharedTopic(['a']);
    shared.acquire();
    const other = shared.rig.core.openShare(shared.partition, 'others', 0, SETTINGS);
    assert.deepEqual(
      shared.rig.core.sharesOf('others').map((queue) => shared.rig.core.queue(queue).partition),
      [shared.partition],
    );
    assert.deepEqual(shared.rig.core.counts(other).ready, 1);
    assert.throws(() => shared.rig.core.openShare(shared.partition, 'others', 0, SETTINGS), { kind: 'exists' });
  });

  it('follows the retention of its log', () => {
    const shared = new SharedTopic(['a', 'b', 'c']);
    shared.acquire(1);
    shared.rig.core.deleteRecords(shared.partition, 2);
    assert.equal(shared.acknowledge(0), 'gone');
    assert.deepEqual(shared.acquire(), [[2, 'c', 1]]);
  });

  for (const how of ['a clean stop', 'a crash'] as const) {
    it(`knows after ${how} what is settled, what is held, and how often that was tried`, () => {
      const shared = new SharedTopic(['a', 'b', 'c', 'd'], 1);
      shared.acquire(2);
      shared.acknowledge(1);
      shared.rig.flushAll();
      shared.become(how === 'a crash' ? shared.rig.crash() : shared.rig.restart());
      assert.equal(shared.rig.core.firstUnsettled(shared.share), 2);
      assert.deepEqual(shared.counts, { ready: 1, inFlight: 1 });
      const [first] = shared.acquire();
      assert.deepEqual(first?.slice(0, 2), [3, 'd']);
      shared.rig.advance(LOCK_MS);
      assert.deepEqual(shared.acquire(1), [[2, 'c', 2]]);
      shared.release(2, 2);
      assert.equal(shared.acknowledge(2), 'gone', 'its second attempt was the last');
    });
  }

  it('goes with its topic, and can be ended and begun anew', () => {
    const shared = new SharedTopic(['a', 'b']);
    shared.acquire();
    shared.rig.core.deleteQueue(shared.share);
    assert.equal(shared.share, -1);
    shared.rig.core.openShare(shared.partition, GROUP, 0, SETTINGS);
    assert.deepEqual(
      shared.acquire().map(([offset]) => offset),
      [0, 1],
    );
    shared.rig.core.deleteTopic(shared.topic);
    shared.rig.flushAll();
    assert.deepEqual(shared.rig.core.sharesOf(GROUP), []);
    shared.become(shared.rig.restart());
    assert.deepEqual(shared.rig.core.sharesOf(GROUP), []);
  });

  it('gets a new limit of attempts while it runs', () => {
    const shared = new SharedTopic(['a']);
    shared.acquire();
    shared.rig.core.configureShare(shared.share, { maxAttempts: 1, uncommitted: true });
    shared.release(0);
    assert.deepEqual(shared.acquire(), []);
    shared.rig.flushAll();
    shared.become(shared.rig.restart());
    assert.equal(shared.rig.core.queue(shared.share).settings.deliveryLimit, 0);
  });
});
