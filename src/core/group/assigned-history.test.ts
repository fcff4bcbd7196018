import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AssignedAnswer,
  type AssignedHeartbeat,
  type AssignedMemberDescription,
  DEFAULT_ASSIGNED_TIMES,
  type SubscribableTopics,
} from './assigned-requests.js';
import { GroupCoordinator } from './group-coordinator.js';
import { PartitionSet } from './partition-set.js';

const GROUP = 'workers';
const SESSION_MS = 45_000;
const CLIENTS = 4;
const TOPICS = ['a', 'b', 'c'];

/** What a member's client believes; it lets go of what it is not given any more when it is told to, and says so. */
interface Client {
  readonly name: string;
  readonly instanceId: string | null;
  memberId: string;
  epoch: number;
  owned: PartitionSet;
  names: readonly string[];
  pattern: string | null;
  alive: boolean;
}

class History {
  readonly store = new Map<string, Uint8Array>();
  readonly partitions = new Map<string, number>();
  nowMs = 1_000_000;
  version = 0;
  coordinator = this.#coordinator();
  readonly clients: Client[];
  #ids = 0;

  constructor() {
    this.clients = Array.from({ length: CLIENTS }, (_, i) => ({
      name: `client-${i}`,
      instanceId: i === 0 ? 'static' : null,
      memberId: '',
      epoch: 0,
      owned: new PartitionSet(),
      names: [],
      pattern: null,
      alive: false,
    }));
  }

  #coordinator(): GroupCoordinator {
    return new GroupCoordinator({
      put: (key, value) => this.store.set(key, value),
      remove: (key) => this.store.delete(key),
      joined: () => assert.fail('nobody joins'),
      synced: () => assert.fail('nobody syncs'),
    });
  }

  readonly #topics = (): SubscribableTopics => ({
    version: this.version,
    find: (name) => {
      const partitions = this.partitions.get(name);
      return partitions === undefined ? undefined : { id: `id-${name}`, partitions };
    },
    matching: (pattern) => (pattern === '(' ? undefined : [...this.partitions.keys()]),
  });

  join(index: number, names: readonly string[], pattern: string | null): void {
    const client = this.clients[index];
    if (client.alive) return;
    Object.assign(client, { alive: true, epoch: 0, owned: new PartitionSet(), names, pattern });
    client.memberId = `${client.name}-${this.#ids++}`;
    this.#send(client, {});
  }

  subscribe(index: number, names: readonly string[]): void {
    const client = this.clients[index];
    if (!client.alive || client.epoch <= 0) return;
    client.names = names;
    client.pattern = null;
    this.#send(client, { subscribedNames: names, subscribedPattern: '' });
  }

  /** `lost`: the answer does not arrive. */
  beat(index: number, lost: boolean): void {
    const client = this.clients[index];
    if (client.alive) this.#send(client, {}, lost);
  }

  leave(index: number, forGood: boolean): void {
    const client = this.clients[index];
    if (!client.alive) return;
    const memberEpoch = !forGood && client.instanceId !== null ? -2 : -1;
    this.#send(client, { memberEpoch });
    client.alive = false;
    client.owned = new PartitionSet();
  }

  /** Without a word. */
  die(index: number): void {
    this.clients[index].alive = false;
    this.clients[index].owned = new PartitionSet();
  }

  grow(topic: string, count: number): void {
    this.version++;
    this.partitions.set(topic, Math.max(count, this.partitions.get(topic) ?? 0));
  }

  drop(topic: string): void {
    this.version++;
    this.partitions.delete(topic);
  }

  wait(ms: number): void {
    this.nowMs += ms;
    this.coordinator.expire(this.nowMs);
    this.check();
  }

  restart(): void {
    const before = this.describe();
    this.coordinator = this.#coordinator();
    for (const [key, value] of this.store) assert.ok(this.coordinator.restore(key, value, this.nowMs), key);
    assert.deepEqual(this.describe(), before);
  }

  describe(): unknown {
    const group = this.coordinator.assigned.describe(GROUP);
    if (group === undefined) return undefined;
    const members = group.members
      .map(({ assignment, target, ...rest }) => ({ ...rest, assignment: sorted(assignment), target: sorted(target) }))
      .toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
    return { ...group, members };
  }

  #send(client: Client, said: Partial<AssignedHeartbeat>, lost = false): void {
    const joins = client.epoch === 0;
    const answer = this.coordinator.assigned.heartbeat(
      {
        kind: 'consumer',
        groupId: GROUP,
        memberId: client.memberId,
        memberEpoch: client.epoch,
        instanceId: client.instanceId,
        rackId: null,
        rebalanceTimeoutMs: joins ? 60_000 : -1,
        subscribedNames: joins ? client.names : null,
        subscribedPattern: joins ? client.pattern : null,
        assignor: null,
        owned: client.owned,
        clientId: client.name,
        clientHost: '/127.0.0.1',
        ...said,
      },
      this.#topics(),
      DEFAULT_ASSIGNED_TIMES,
      this.nowMs,
    );
    if (!lost && said.memberEpoch === undefined) this.#hear(client, answer);
    this.check();
  }

  #hear(client: Client, answer: AssignedAnswer): void {
    if (answer.error === 'none') {
      assert.ok(answer.memberEpoch >= client.epoch, 'epochs go up');
      client.epoch = answer.memberEpoch;
      if (answer.assignment !== null) client.owned = PartitionSet.of(answer.assignment);
      return;
    }
    // As KIP-848 has it: let go of everything, and come back as a new member.
    client.owned = new PartitionSet();
    client.epoch = 0;
    if (answer.error === 'unreleased-instance' || answer.error === 'fenced-instance') client.alive = false;
    else assert.ok(['unknown-member', 'fenced-member-epoch'].includes(answer.error), answer.error);
  }

  /** No partition is read by two clients of which neither has been taken for gone. */
  check(): void {
    const members = new Set(this.coordinator.assigned.describe(GROUP)?.members.map(({ memberId }) => memberId));
    const readers = new Map<string, string>();
    for (const { memberId, owned, alive } of this.clients) {
      if (!alive || !members.has(memberId)) continue;
      for (const [topic, partition] of owned) {
        const place = `${topic}/${partition}`;
        assert.equal(readers.get(place), undefined, `${place} is read by two`);
        readers.set(place, memberId);
      }
    }
  }

  /** When nothing happens any more, every partition has its reader, and the loads are even where all read the same. */
  settle(): void {
    for (let round = 0; round < 12; round++) {
      for (const index of this.clients.keys()) this.beat(index, false);
      this.wait(round < 4 ? SESSION_MS - 1_000 : 1_000);
    }
    for (const index of this.clients.keys()) this.beat(index, false);
    const alive = this.clients.filter((client) => client.alive);
    const group = this.coordinator.assigned.describe(GROUP);
    if (alive.length === 0) {
      assert.ok(group === undefined || group.state === 'empty');
      return;
    }
    assert.equal(group?.state, 'stable');
    for (const client of alive) {
      const member: AssignedMemberDescription | undefined = group.members.find(
        ({ memberId }) => memberId === client.memberId,
      );
      assert.deepEqual(sorted(client.owned), sorted(member?.target ?? new PartitionSet()));
    }
    const reads = ({ names, pattern }: Client) => (pattern === null ? names : [...this.partitions.keys()]);
    for (const [name, count] of this.partitions) {
      if (!alive.some((client) => reads(client).includes(name))) continue;
      for (let partition = 0; partition < count; partition++) {
        assert.equal(alive.filter(({ owned }) => owned.has(`id-${name}`, partition)).length, 1, `${name}/${partition}`);
      }
    }
    if (new Set(alive.map((client) => [...reads(client)].toSorted().join())).size === 1) {
      const sizes = alive.map(({ owned }) => owned.size);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `loads ${sizes.join()}`);
    }
  }
}

function sorted(set: PartitionSet): string[] {
  return [...set].map(([topic, partition]) => `${topic}/${partition}`).toSorted();
}

type Verb = 'join' | 'subscribe' | 'beat' | 'leave' | 'die' | 'grow' | 'drop' | 'wait' | 'restart';
type Act = (history: History) => void;

/** Something that happens in a history; fast-check prints it as a call. */
function doing<K extends Verb>(name: K, ...given: Parameters<History[K]>): Act {
  const act = (history: History) => {
    (history[name] as (...args: unknown[]) => void)(...given);
  };
  return Object.assign(act, { [fc.toStringMethod]: () => `${name}(${JSON.stringify(given).slice(1, -1)})` });
}

const client = fc.nat(CLIENTS - 1);
const topic = fc.constantFrom(...TOPICS);
const names = fc.subarray(TOPICS, { minLength: 1 });
const actions = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(client, names, fc.constantFrom(null, null, '.*')).map((a) => doing('join', ...a)),
    },
    { weight: 2, arbitrary: fc.tuple(client, names).map((a) => doing('subscribe', ...a)) },
    { weight: 12, arbitrary: fc.tuple(client, fc.boolean()).map((a) => doing('beat', ...a)) },
    { weight: 2, arbitrary: fc.tuple(client, fc.boolean()).map((a) => doing('leave', ...a)) },
    { weight: 1, arbitrary: client.map((a) => doing('die', a)) },
    { weight: 3, arbitrary: fc.tuple(topic, fc.integer({ min: 1, max: 6 })).map((a) => doing('grow', ...a)) },
    { weight: 1, arbitrary: topic.map((a) => doing('drop', a)) },
    { weight: 2, arbitrary: fc.constantFrom(1_000, 30_000, 46_000).map((ms) => doing('wait', ms)) },
    { weight: 1, arbitrary: fc.constant(doing('restart')) },
  ),
  { minLength: 1, maxLength: 60 },
);

test('whatever members do, no partition has two readers, and in the end each has one', () => {
  fc.assert(
    fc.property(actions, (list) => {
      const history = new History();
      for (const act of list) act(history);
      history.settle();
    }),
    { numRuns: 1_500 },
  );
});
