import type { GroupError } from './group-error.js';
import type { MemberClaim } from './group-requests.js';
import type { KeyValueEffects } from './key-value-effects.js';
import type { ReentryGuard } from './reentry-guard.js';
import { StagedOffsets } from './staged-offsets.js';
import {
  type CommittedOffset,
  decodeOffset,
  encodeOffset,
  OFFSET_PREFIX,
  parsePlace,
  placeKey,
  STAGED_PREFIX,
} from './stored-offset.js';

/** Kafka's `offset.metadata.max.bytes`, which counts characters. */
const MAX_METADATA_LENGTH = 4096;

/** What the offsets need to know of the groups they belong to. */
export interface CommitGate {
  /** Whether this claim may commit; see `ClassicGroup.checkCommit`. */
  checkCommit(groupId: string, claim: MemberClaim, transactional: boolean, nowMs: number): GroupError;
  /** Makes an empty group where there is none, so that the offsets have one to belong to. */
  keepGroup(groupId: string, nowMs: number): void;
  /** Undefined for a group that does not exist. */
  isEmpty(groupId: string): boolean | undefined;
}

export interface CommitRequest extends MemberClaim {
  readonly groupId: string;
  readonly offsets: readonly OffsetToCommit[];
}

export interface OffsetToCommit {
  /** The topic's lasting name, as the caller keeps it. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** -1 when the consumer does not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

export interface FetchedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly error: GroupError;
  /** -1, with leader epoch -1 and no metadata, where nothing was committed. */
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * What consumer groups have worked off: one offset for each partition, kept until it is deleted. Reached through
 * `GroupCoordinator.offsets`. Everything that is answered here is in the store's hands when the call returns.
 */
export class CommittedOffsets {
  readonly #effects: KeyValueEffects;
  readonly #gate: CommitGate;
  readonly #guard: ReentryGuard;
  readonly #staged: StagedOffsets;
  /** Group id, topic, partition. */
  readonly #groups = new Map<string, Map<string, Map<number, CommittedOffset>>>();

  constructor(effects: KeyValueEffects, gate: CommitGate, guard: ReentryGuard) {
    this.#effects = effects;
    this.#gate = gate;
    this.#guard = guard;
    this.#staged = new StagedOffsets(effects);
  }

  /**
   * Commits for a member, or for a consumer outside the group protocol (generation -1, empty member id), which makes
   * the group if there is none. One answer for each offset, in order: `none`, `unknown-member`, `fenced-instance`,
   * `illegal-generation`, `rebalance-in-progress`, `metadata-too-large`, `offset-out-of-range`. A commit is newer
   * than all that open transactions have staged for the partition; that is dropped.
   */
  commit(request: CommitRequest, nowMs: number): readonly GroupError[] {
    return this.#guard.run(() => {
      const error = this.#gate.checkCommit(request.groupId, request, false, nowMs);
      return request.offsets.map((asked) => {
        const own = error === 'none' ? checkOffset(asked) : error;
        if (own !== 'none') return own;
        this.#gate.keepGroup(request.groupId, nowMs);
        this.#set(request.groupId, asked.topic, asked.partition, committed(asked, nowMs));
        this.#staged.supersede(placeKey(request.groupId, asked.topic, asked.partition));
        return own;
      });
    });
  }

  /**
   * Commits within a transaction: kept aside until {@link endTransaction}, and seen by nobody before. The caller has
   * checked with the transaction coordinator that the producer may do so. Answers as {@link commit}, except that the
   * state of the group does not matter.
   */
  stage(producerId: number, request: CommitRequest, nowMs: number): readonly GroupError[] {
    return this.#guard.run(() => {
      const { groupId } = request;
      const error = this.#gate.checkCommit(groupId, request, true, nowMs);
      return request.offsets.map((asked) => {
        const own = error === 'none' ? checkOffset(asked) : error;
        if (own !== 'none') return own;
        this.#gate.keepGroup(groupId, nowMs);
        const { topic, partition } = asked;
        this.#staged.stage(producerId, { groupId, topic, partition }, committed(asked, nowMs));
        return own;
      });
    });
  }

  /** Makes what the producer has staged visible, or drops it. Nothing happens the second time. */
  endTransaction(producerId: number, commit: boolean): void {
    this.#guard.run(() => {
      for (const staged of this.#staged.of(producerId)) {
        if (commit) {
          const { groupId, topic, partition } = staged.place;
          this.#set(groupId, topic, partition, staged.offset);
          this.#staged.supersede(placeKey(groupId, topic, partition), staged.order);
        }
        this.#staged.drop(staged);
      }
    });
  }

  /**
   * What was committed for these partitions, in their order. Never an error of the whole: an unknown group has
   * committed nothing. With `requireStable`, a partition whose offset an open transaction may still change is
   * answered with `unstable-offset`.
   */
  fetch(groupId: string, partitions: readonly TopicPartition[], requireStable: boolean): readonly FetchedOffset[] {
    const topics = this.#groups.get(groupId);
    return partitions.map(({ topic, partition }) => {
      const unstable = requireStable && this.#staged.covers(placeKey(groupId, topic, partition));
      const found = unstable ? undefined : topics?.get(topic)?.get(partition);
      return {
        topic,
        partition,
        error: unstable ? 'unstable-offset' : 'none',
        offset: found?.offset ?? -1,
        leaderEpoch: found?.leaderEpoch ?? -1,
        metadata: found?.metadata ?? '',
      };
    });
  }

  /** The same for every partition that the group has committed or, with `requireStable`, is about to. */
  fetchAll(groupId: string, requireStable: boolean): readonly FetchedOffset[] {
    const partitions = new Map<string, TopicPartition>();
    const add = (topic: string, partition: number) => {
      partitions.set(placeKey(groupId, topic, partition), { topic, partition });
    };
    for (const [topic, offsets] of this.#groups.get(groupId) ?? []) {
      for (const partition of offsets.keys()) add(topic, partition);
    }
    for (const { place } of requireStable ? this.#staged.all() : []) {
      if (place.groupId === groupId) add(place.topic, place.partition);
    }
    return this.fetch(groupId, [...partitions.values()], requireStable);
  }

  /**
   * Deletes single offsets (KIP-496). `subscribedTopics`: what the group's members read, as the caller finds in their
   * metadata; null when it cannot tell, and then only an empty group's offsets can be deleted. `error` is about the
   * whole: `group-not-found`, `group-not-empty`; then `partitions` is empty. Else it has one answer for each, `none`
   * (also where nothing was committed) or `subscribed-to-topic`.
   */
  delete(
    groupId: string,
    partitions: readonly TopicPartition[],
    subscribedTopics: ReadonlySet<string> | null,
  ): { readonly error: GroupError; readonly partitions: readonly GroupError[] } {
    return this.#guard.run(() => {
      const isEmpty = this.#gate.isEmpty(groupId);
      if (isEmpty === undefined) return { error: 'group-not-found', partitions: [] };
      if (!isEmpty && subscribedTopics === null) return { error: 'group-not-empty', partitions: [] };
      const answers = partitions.map(({ topic, partition }): GroupError => {
        if (!isEmpty && subscribedTopics?.has(topic) === true) return 'subscribed-to-topic';
        this.#unset(groupId, topic, partition);
        return 'none';
      });
      return { error: 'none', partitions: answers };
    });
  }

  /** The topic is gone: so is all that any group committed or staged for it, or a new one of the name would inherit it. */
  dropTopic(topic: string): void {
    this.#guard.run(() => {
      for (const [groupId, topics] of this.#groups) {
        for (const partition of topics.get(topic)?.keys() ?? []) this.#unset(groupId, topic, partition);
      }
      for (const staged of this.#staged.all()) {
        if (staged.place.topic === topic) this.#staged.drop(staged);
      }
    });
  }

  /** The group is gone. For the coordinator, within a command of its own. */
  dropGroup(groupId: string): void {
    for (const [topic, offsets] of this.#groups.get(groupId) ?? []) {
      for (const partition of offsets.keys()) this.#unset(groupId, topic, partition);
    }
    for (const staged of this.#staged.all()) {
      if (staged.place.groupId === groupId) this.#staged.drop(staged);
    }
  }

  /** Drops a group's offsets that were committed at `limitMs` or before. For the coordinator. */
  dropOlder(groupId: string, limitMs: number): void {
    for (const [topic, offsets] of this.#groups.get(groupId) ?? []) {
      for (const [partition, { committedMs }] of offsets) {
        const held = this.#staged.covers(placeKey(groupId, topic, partition));
        if (committedMs <= limitMs && !held) this.#unset(groupId, topic, partition);
      }
    }
  }

  /** Whether the group has offsets, committed or staged. */
  holds(groupId: string): boolean {
    return this.#groups.has(groupId) || this.#staged.coversGroup(groupId);
  }

  /** One entry read back. False for keys of another kind; throws RangeError for a damaged entry. */
  restore(key: string, value: Uint8Array, nowMs: number): boolean {
    if (key.startsWith(OFFSET_PREFIX)) {
      const { groupId, topic, partition } = parsePlace(key.slice(OFFSET_PREFIX.length));
      this.#hold(groupId, topic, partition, decodeOffset(value));
      this.#gate.keepGroup(groupId, nowMs);
      return true;
    }
    if (key.startsWith(STAGED_PREFIX)) {
      this.#gate.keepGroup(this.#staged.restore(key.slice(STAGED_PREFIX.length), value).groupId, nowMs);
      return true;
    }
    return false;
  }

  #set(groupId: string, topic: string, partition: number, offset: CommittedOffset): void {
    this.#effects.put(OFFSET_PREFIX + placeKey(groupId, topic, partition), encodeOffset(offset));
    this.#hold(groupId, topic, partition, offset);
  }

  #hold(groupId: string, topic: string, partition: number, offset: CommittedOffset): void {
    let topics = this.#groups.get(groupId);
    if (topics === undefined) this.#groups.set(groupId, (topics = new Map()));
    const offsets = topics.get(topic);
    if (offsets === undefined) topics.set(topic, new Map([[partition, offset]]));
    else offsets.set(partition, offset);
  }

  #unset(groupId: string, topic: string, partition: number): void {
    const topics = this.#groups.get(groupId);
    const offsets = topics?.get(topic);
    if (topics === undefined || offsets?.delete(partition) !== true) return;
    if (offsets.size === 0) topics.delete(topic);
    if (topics.size === 0) this.#groups.delete(groupId);
    this.#effects.remove(OFFSET_PREFIX + placeKey(groupId, topic, partition));
  }
}

function checkOffset(asked: OffsetToCommit): GroupError {
  if (asked.metadata.length > MAX_METADATA_LENGTH) return 'metadata-too-large';
  return Number.isSafeInteger(asked.offset) ? 'none' : 'offset-out-of-range';
}

function committed(asked: OffsetToCommit, nowMs: number): CommittedOffset {
  return { offset: asked.offset, leaderEpoch: asked.leaderEpoch, metadata: asked.metadata, committedMs: nowMs };
}
