import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GroupDescription } from './group-requests.js';
import { GroupRecorder, storeAfter } from './group-recorder.test.js';

const CLIENTS = 4;
const PARTITIONS = 2;
const PRODUCERS = 2;

/** What one consumer knows; it behaves as clients do, but at any moment it may say nothing, or say it twice. */
class Client {
  readonly index: number;
  readonly instanceId: string | null;
  memberId = '';
  generation = -1;
  /** Member ids that the leader has to give work to. */
  members: readonly string[] = [];
  leads = false;
  join: number | null = null;
  sync: number | null = null;
  /** What a client that behaves does next. */
  next: 'join' | 'sync' | 'heartbeat' = 'join';

  constructor(index: number) {
    this.index = index;
    this.instanceId = index < 2 ? `instance-${index}` : null;
  }

  /** It is not a member any more, as far as it knows; answers that it waited for go past it. */
  forget(): void {
    this.join = null;
    this.sync = null;
    this.memberId = '';
    this.generation = -1;
    this.next = 'join';
  }
}

/** Kafka's rule, said naively: of all commits to a partition the one made last counts, when its transaction ended well. */
class OffsetModel {
  committed: { at: number; offset: number } | undefined;
  readonly staged = new Map<number, { at: number; offset: number }>();

  end(producer: number, commit: boolean): void {
    const staged = this.staged.get(producer);
    this.staged.delete(producer);
    if (commit && staged !== undefined && staged.at > (this.committed?.at ?? 0)) this.committed = staged;
  }

  get unstable(): boolean {
    return [...this.staged.values()].some(({ at }) => at > (this.committed?.at ?? 0));
  }
}

interface Checkpoint {
  readonly changes: number;
  readonly offsets: string;
  readonly group: GroupDescription | undefined;
}

/** One group, its clients, and a model of what must hold; every action ends with all of it checked. */
class History {
  group = new GroupRecorder();
  readonly clients = Array.from({ length: CLIENTS }, (_, index) => new Client(index));
  readonly checkpoints: Checkpoint[] = [];
  #offsets = Array.from({ length: PARTITIONS }, () => new OffsetModel());
  /** Generation to what all of its members must have been told. */
  /** Tokens of all joins and syncs since the start. */
  readonly #asked = { joins: new Set<number>(), syncs: new Set<number>() };
  #told = new Map<number, string>();
  #lastGeneration = 0;
  #tick = 0;

  join(index: number, protocols: readonly string[]): void {
    const client = this.clients[index];
    this.#tick++;
    client.join = this.group.join({
      memberId: client.memberId,
      newMemberId: `${client.index}-${this.#tick}`,
      instanceId: client.instanceId,
      protocols: ['range', ...protocols].map((name) => ({ name, metadata: Uint8Array.of(client.index) })),
      memberIdRequired: client.index % 2 === 0,
      canSkipAssignment: client.index % 2 === 0,
    });
    this.#asked.joins.add(client.join);
    this.settle();
  }

  sync(index: number, generation = this.clients[index].generation): void {
    const client = this.clients[index];
    const leads = client.leads && generation === client.generation;
    const shares = client.members.map((memberId) => ({ memberId, assignment: share(generation, memberId) }));
    const { memberId, instanceId } = client;
    client.sync = this.group.sync({ memberId, instanceId, generation, assignments: leads ? shares : [] });
    this.#asked.syncs.add(client.sync);
    this.settle();
  }

  heartbeat(index: number): void {
    const client = this.clients[index];
    const { memberId, generation, instanceId } = client;
    const answer = this.group.heartbeat(memberId, generation, instanceId);
    if (answer === 'none' || answer === 'rebalance-in-progress') {
      const group = this.group.describe();
      assert.equal(group.generation, generation);
      assert.ok(group.members.some((member) => member.memberId === memberId));
    } else {
      client.forget();
    }
    if (answer === 'rebalance-in-progress') client.next = 'join';
    this.settle();
  }

  leave(indices: readonly number[]): void {
    const leaving = indices.map((index) => this.clients[index]);
    this.group.leave(...leaving);
    for (const client of leaving) client.forget();
    this.settle();
  }

  /** The client loses what it knew, as when its process starts again. */
  forget(index: number): void {
    this.clients[index].forget();
  }

  /** `index` null: a consumer outside the group protocol; `producer` null: not in a transaction. */
  commit(index: number | null, partition: number, offset: number, producer: number | null): void {
    const offsets = [{ topic: 't', partition, offset, leaderEpoch: 0, metadata: `${offset}` }];
    const nobody = { memberId: '', instanceId: null, generation: -1 };
    const { memberId, instanceId, generation } = index === null ? nobody : this.clients[index];
    const request = { groupId: 'orders', memberId, instanceId, generation, offsets };
    const { coordinator, nowMs } = this.group;
    const [answer] =
      producer === null
        ? coordinator.offsets.commit(request, nowMs)
        : coordinator.offsets.stage(producer, request, nowMs);
    const at = ++this.#tick;
    const model = this.#offsets[partition];
    if (answer === 'none' && producer === null) model.committed = { at, offset };
    else if (answer === 'none' && producer !== null) model.staged.set(producer, { at, offset });
    this.settle();
  }

  endTransaction(producer: number, commit: boolean): void {
    this.group.coordinator.offsets.endTransaction(producer, commit);
    for (const model of this.#offsets) model.end(producer, commit);
    this.settle();
  }

  delete(): void {
    const answer = this.group.coordinator.delete('orders');
    if (answer === 'none') this.#offsets = this.#offsets.map(() => new OffsetModel());
    this.settle();
  }

  wait(durationMs: number): void {
    this.group.wait(durationMs);
    this.settle();
  }

  /** The process goes and comes back: what waited is gone with it. */
  restart(): void {
    this.group = this.group.restarted();
    this.#asked.joins.clear();
    this.#asked.syncs.clear();
    for (const client of this.clients) {
      client.join = null;
      client.sync = null;
    }
    this.settle();
  }

  /** Takes in what was answered meanwhile, and checks everything that must hold at any time. */
  settle(): void {
    const described = this.group.coordinator.describe('orders');
    if (described === undefined) {
      // A group that was deleted or forgotten starts counting anew.
      this.#told.clear();
      this.#lastGeneration = 0;
    } else {
      assert.ok(described.generation >= this.#lastGeneration, 'generations never go back');
    }
    for (const client of this.clients) this.#takeAnswers(client, described);
    this.#lastGeneration = described?.generation ?? 0;
    const offsets = offsetsOf(this.group);
    assert.equal(
      offsets,
      JSON.stringify(this.#offsets.map((model) => [model.committed?.offset ?? -1, model.unstable])),
    );
    this.checkpoints.push({ changes: this.group.history.length, offsets, group: described });
  }

  #takeAnswers(client: Client, described: GroupDescription | undefined): void {
    const joined = client.join === null ? undefined : this.group.joins.get(client.join);
    if (joined !== undefined) {
      client.join = null;
      if (joined.error === 'none') {
        const { generation, protocol, members } = joined;
        assert.ok(generation >= this.#lastGeneration);
        assert.equal(this.#told.get(generation) ?? protocol, protocol, 'one generation speaks one protocol');
        this.#told.set(generation, protocol ?? '');
        client.memberId = joined.memberId;
        client.generation = generation;
        client.leads = joined.leader === joined.memberId && !joined.skipAssignment;
        client.members = members.map((member) => member.memberId);
        client.next = 'sync';
        if (client.leads && described?.state === 'completing-rebalance') {
          assert.deepEqual(
            client.members,
            described.members.map((member) => member.memberId),
          );
        }
      } else if (joined.error === 'member-id-required') {
        client.memberId = joined.memberId;
      } else {
        client.forget();
      }
    }
    const synced = client.sync === null ? undefined : this.group.syncs.get(client.sync);
    if (synced !== undefined) {
      client.sync = null;
      if (synced.assignment.length > 0) {
        assert.deepEqual(synced.assignment, share(client.generation, client.memberId));
      }
      if (synced.error === 'unknown-member' || synced.error === 'fenced-instance') client.forget();
      client.next = synced.error === 'none' ? 'heartbeat' : 'join';
    }
  }

  /** How many joins and syncs have not been answered. */
  get unanswered(): number {
    const joins = [...this.#asked.joins].filter((token) => !this.group.joins.has(token));
    return joins.length + [...this.#asked.syncs].filter((token) => !this.group.syncs.has(token)).length;
  }

  /** The clients go about their business without mishap, for as long as the longest of all timeouts. */
  behave(): void {
    for (let second = 0; second < 80 && !this.#allAssigned(); second++) {
      for (const client of this.clients) {
        if (client.join !== null || client.sync !== null) continue;
        if (client.next === 'heartbeat') this.heartbeat(client.index);
        else if (client.next === 'sync') this.sync(client.index);
        else this.join(client.index, []);
      }
      this.wait(1_000);
    }
  }

  #allAssigned(): boolean {
    const calm = this.clients.every((client) => client.next === 'heartbeat');
    const group = this.group.coordinator.describe('orders');
    // Members that no client knows of any more are there until their session ends.
    return calm && group?.state === 'stable' && group.members.length === CLIENTS;
  }
}

/** What a leader of these tests gives to a client, however often that comes back under another id. */
function share(generation: number, memberId: string): Uint8Array {
  return Uint8Array.of(generation, Number(memberId.split('-')[0]));
}

function offsetsOf({ coordinator }: GroupRecorder): string {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 't', partition }));
  const now = coordinator.offsets.fetch('orders', partitions, false);
  const stable = coordinator.offsets.fetch('orders', partitions, true);
  return JSON.stringify(now.map(({ offset }, i) => [offset, stable[i].error === 'unstable-offset']));
}

/** Something that happens in a history; fast-check prints it as a call. */
function doing<
  K extends
    | 'join'
    | 'sync'
    | 'heartbeat'
    | 'leave'
    | 'forget'
    | 'commit'
    | 'endTransaction'
    | 'wait'
    | 'restart'
    | 'delete',
>(name: K, ...given: Parameters<History[K]>): (history: History) => void {
  const act = (history: History) => {
    (history[name] as (...args: unknown[]) => void)(...given);
  };
  return Object.assign(act, { [fc.toStringMethod]: () => `${name}(${JSON.stringify(given).slice(1, -1)})` });
}

const client = fc.nat(CLIENTS - 1);
const partition = fc.nat(PARTITIONS - 1);
const producer = fc.nat(PRODUCERS - 1);
const offset = fc.nat(999);
const names = fc.constantFrom<string[]>([], ['sticky']);
const pause = fc.constantFrom(100, 3_000, 9_000, 61_000);
const action = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(client, names).map((given) => doing('join', ...given)) },
  { weight: 8, arbitrary: client.map((c) => doing('sync', c)) },
  { weight: 1, arbitrary: fc.tuple(client, fc.nat(5)).map((given) => doing('sync', ...given)) },
  { weight: 4, arbitrary: client.map((c) => doing('heartbeat', c)) },
  { weight: 2, arbitrary: fc.uniqueArray(client, { maxLength: 2 }).map((list) => doing('leave', list)) },
  { weight: 1, arbitrary: client.map((c) => doing('forget', c)) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.option(client), partition, offset).map((given) => doing('commit', ...given, null)),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.option(client), partition, offset, producer).map((given) => doing('commit', ...given)),
  },
  { weight: 3, arbitrary: fc.tuple(producer, fc.boolean()).map((given) => doing('endTransaction', ...given)) },
  { weight: 5, arbitrary: pause.map((ms) => doing('wait', ms)) },
  { weight: 1, arbitrary: fc.constant(doing('restart')) },
  { weight: 1, arbitrary: fc.constant(doing('delete')) },
);
const actions = fc.array(action, { minLength: 1, maxLength: 60 });

test('whatever happens: generations grow, each speaks one protocol, offsets are those accepted last', () => {
  fc.assert(
    fc.property(actions, (list) => {
      const history = new History();
      for (const act of list) act(history);
      // With everybody silent, what still waits is answered by time alone.
      history.wait(400_000);
      assert.equal(history.unanswered, 0);
      assert.ok(['empty', undefined].includes(history.group.coordinator.describe('orders')?.state));
    }),
    { numRuns: 1_000 },
  );
});

test('whatever has happened, clients that behave soon have a stable generation with all of them in it', () => {
  fc.assert(
    fc.property(actions, (list) => {
      const history = new History();
      for (const act of list) act(history);
      history.behave();
      const { state, generation, members } = history.group.describe();
      assert.equal(state, 'stable');
      assert.equal(members.length, CLIENTS);
      for (const client of history.clients) {
        assert.equal(client.generation, generation);
        assert.ok(members.some((member) => member.memberId === client.memberId));
      }
    }),
    { numRuns: 500 },
  );
});

test('every part of the history of the store, from its beginning, gives back the offsets and the group of then', () => {
  fc.assert(
    fc.property(actions, (list) => {
      const history = new History();
      for (const act of list) act(history);
      const changes = history.group.history;
      let before: Checkpoint | undefined;
      for (const after of history.checkpoints) {
        for (let count = (before?.changes ?? 0) + 1; count <= after.changes; count++) {
          const restored = new GroupRecorder({}, storeAfter(changes.slice(0, count)));
          if (count < after.changes) {
            // In the middle of a command: each partition is as it was before, or as it is after.
            const [was, is, found] = [
              before?.offsets ?? offsetsOf(new GroupRecorder()),
              after.offsets,
              offsetsOf(restored),
            ].map((json) => JSON.parse(json) as [number, boolean][]);
            for (const [i, [offset]] of found.entries()) assert.ok(offset === was[i][0] || offset === is[i][0]);
          } else {
            assert.equal(offsetsOf(restored), after.offsets);
            sameGroup(restored.coordinator.describe('orders'), after.group);
          }
        }
        before = after;
      }
    }),
    { numRuns: 150 },
  );
});

/** The store knows generations, not who is about to join the next one. */
function sameGroup(restored: GroupDescription | undefined, live: GroupDescription | undefined): void {
  if (live === undefined || live.generation === 0) {
    assert.equal(restored?.generation ?? 0, 0);
  } else if (live.state !== 'preparing-rebalance') {
    assert.deepEqual(restored, live);
  } else {
    assert.equal(restored?.generation, live.generation);
  }
}
