import assert from 'node:assert/strict';
import { GroupCoordinator, type GroupOptions } from './group-coordinator.js';
import type {
  GroupDescription,
  GroupEffects,
  JoinAnswer,
  JoinRequest,
  LeavingMember,
  SyncAnswer,
  SyncRequest,
} from './group-requests.js';

/** One change of the store, in the order in which they were made. */
export interface StoreChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** What a store holds after a history of changes. */
export function storeAfter(history: readonly StoreChange[]): Map<string, Uint8Array> {
  const store = new Map<string, Uint8Array>();
  for (const { key, value } of history) {
    if (value === undefined) store.delete(key);
    else store.set(key, value);
  }
  return store;
}

/** A coordinator with a clock that tests turn by hand, and everything that it ever said. */
export class GroupRecorder implements GroupEffects {
  readonly coordinator: GroupCoordinator;
  readonly history: StoreChange[] = [];
  readonly joins = new Map<number, JoinAnswer>();
  readonly syncs = new Map<number, SyncAnswer>();
  nowMs = 1_000_000;
  #lastToken = 0;

  constructor(
    options: Partial<GroupOptions> = {},
    stored: ReadonlyMap<string, Uint8Array> = new Map(),
    nowMs = 1_000_000,
  ) {
    this.nowMs = nowMs;
    this.coordinator = new GroupCoordinator(this, options);
    for (const [key, value] of stored) assert.ok(this.coordinator.restore(key, value, nowMs), key);
  }

  put(key: string, value: Uint8Array): void {
    this.history.push({ key, value });
  }

  remove(key: string): void {
    this.history.push({ key, value: undefined });
  }

  joined(token: number, answer: JoinAnswer): void {
    assert.ok(!this.joins.has(token), `join ${token} answered twice`);
    this.joins.set(token, answer);
  }

  synced(token: number, answer: SyncAnswer): void {
    assert.ok(!this.syncs.has(token), `sync ${token} answered twice`);
    this.syncs.set(token, answer);
  }

  /** Sends a join and returns its token. */
  join(request: Partial<JoinRequest>): number {
    const token = ++this.#lastToken;
    this.coordinator.join(
      {
        groupId: 'orders',
        memberId: '',
        newMemberId: `m${token}`,
        instanceId: null,
        clientId: 'client',
        clientHost: '127.0.0.1',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 60_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Uint8Array.of(1) }],
        memberIdRequired: false,
        canSkipAssignment: true,
        ...request,
        token,
      },
      this.nowMs,
    );
    return token;
  }

  /** The answer of a join that must have been answered. */
  joinAnswer(token: number): JoinAnswer {
    const answer = this.joins.get(token);
    assert.ok(answer, `join ${token} still waits`);
    return answer;
  }

  /** Sends a join that is answered at once. */
  joinNow(request: Partial<JoinRequest>): JoinAnswer {
    return this.joinAnswer(this.join(request));
  }

  sync(request: Partial<SyncRequest> & { memberId: string; generation: number }): number {
    const token = ++this.#lastToken;
    this.coordinator.sync(
      { groupId: 'orders', instanceId: null, protocolType: null, protocol: null, assignments: [], ...request, token },
      this.nowMs,
    );
    return token;
  }

  syncAnswer(token: number): SyncAnswer {
    const answer = this.syncs.get(token);
    assert.ok(answer, `sync ${token} still waits`);
    return answer;
  }

  heartbeat(memberId: string, generation: number, instanceId: string | null = null): string {
    return this.coordinator.heartbeat('orders', { memberId, generation, instanceId }, this.nowMs);
  }

  leave(...leaving: LeavingMember[]): readonly string[] {
    return this.coordinator.leave('orders', leaving, this.nowMs);
  }

  /** Lets time pass, stopping wherever the coordinator wants to be called. */
  wait(durationMs: number): void {
    const untilMs = this.nowMs + durationMs;
    while (this.coordinator.nextDueMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.coordinator.nextDueMs);
      this.coordinator.expire(this.nowMs);
      assert.ok(this.coordinator.nextDueMs > this.nowMs, 'something due was left undone');
    }
    this.nowMs = untilMs;
  }

  describe(groupId = 'orders'): GroupDescription {
    const description = this.coordinator.describe(groupId);
    assert.ok(description, `no group ${groupId}`);
    return description;
  }

  /** A coordinator that starts from what this one has stored, and goes on with its history. */
  restarted(options: Partial<GroupOptions> = {}): GroupRecorder {
    const again = new GroupRecorder(options, storeAfter(this.history), this.nowMs);
    again.history.push(...this.history);
    again.#lastToken = this.#lastToken;
    return again;
  }

  /** A stable group of so many members (static when instance ids are given); the first one leads. Their ids. */
  stableGroup(count: number, instanceIds: readonly string[] = []): string[] {
    const ids: string[] = [];
    const token = this.join({ instanceId: instanceIds[0] ?? null });
    ids.push(this.joinAnswer(token).memberId);
    const joins: number[] = [];
    for (let i = 1; i < count; i++) joins.push(this.join({ instanceId: instanceIds[i] ?? null }));
    if (count > 1) joins.push(this.join({ memberId: ids[0], instanceId: instanceIds[0] ?? null }));
    for (const join of joins.slice(0, -1)) ids.push(this.joinAnswer(join).memberId);
    const { generation } = this.describe();
    const assignments = ids.map((memberId, i) => ({ memberId, assignment: Uint8Array.of(i) }));
    for (const [i, memberId] of ids.entries()) {
      this.sync({ memberId, generation, instanceId: instanceIds[i] ?? null, assignments: i === 0 ? assignments : [] });
    }
    assert.equal(this.describe().state, 'stable');
    return ids;
  }
}
