/**
 * How the broker divides partitions among the members of a group. Pure functions of who subscribes to what, and of how
 * the partitions were divided before.
 */
import { PartitionSet } from './partition-set.js';

/** One member as an assignor sees it. */
export interface Assignee {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Ids of the topics that exist and that it subscribes to. */
  readonly topics: ReadonlySet<string>;
  /** What it was given the last time. */
  readonly before: PartitionSet;
}

/** Topic id to its number of partitions. */
export type PartitionCounts = ReadonlyMap<string, number>;

/** By member id; every member is in it. */
export type Assignment = ReadonlyMap<string, PartitionSet>;

export type Assignor = (members: readonly Assignee[], topics: PartitionCounts) => Assignment;

/** The server-side assignors of consumer groups by the names that Kafka gives them, the default first. */
export const CONSUMER_ASSIGNORS: Readonly<Record<string, Assignor>> = { uniform: assignUniformly, range: assignRanges };

/**
 * Gives each member as many partitions as any other, give or take one, as far as subscriptions allow, and moves as
 * few as possible for it.
 */
export function assignUniformly(members: readonly Assignee[], topics: PartitionCounts): Assignment {
  const shares = new Map(members.map(({ memberId }) => [memberId, new PartitionSet()]));
  const taken = new PartitionSet();
  for (const member of members) {
    for (const [topic, partition] of member.before) {
      if (!member.topics.has(topic) || partition >= (topics.get(topic) ?? 0) || taken.has(topic, partition)) continue;
      taken.add(topic, partition);
      shares.get(member.memberId)?.add(topic, partition);
    }
  }
  for (const [topic, count] of topics) {
    const readers = sharesOf(members, shares, topic);
    if (readers.length === 0) continue;
    for (let partition = 0; partition < count; partition++) {
      if (!taken.has(topic, partition)) smallest(readers).add(topic, partition);
    }
  }
  level(members, shares, topics);
  return shares;
}

/** Takes partitions from members that have two or more above another one that could have them, until there are none. */
function level(members: readonly Assignee[], shares: Map<string, PartitionSet>, topics: PartitionCounts): void {
  const readersOf = new Map([...topics.keys()].map((topic) => [topic, sharesOf(members, shares, topic)]));
  for (let moved = true; moved; ) {
    moved = false;
    for (const share of shares.values()) {
      for (const [topic, partition] of [...share]) {
        const least = smallest(readersOf.get(topic) ?? [share]);
        if (share.size - least.size < 2) continue;
        share.delete(topic, partition);
        least.add(topic, partition);
        moved = true;
      }
    }
  }
}

function sharesOf(members: readonly Assignee[], shares: ReadonlyMap<string, PartitionSet>, topic: string) {
  const found: PartitionSet[] = [];
  for (const member of members) {
    const share = member.topics.has(topic) ? shares.get(member.memberId) : undefined;
    if (share !== undefined) found.push(share);
  }
  return found;
}

function smallest(shares: readonly PartitionSet[]): PartitionSet {
  let least = shares[0];
  for (const share of shares) if (share.size < least.size) least = share;
  return least;
}

/** Gives each subscriber of a topic a run of its partitions, the first members one more where it does not come out. */
export function assignRanges(members: readonly Assignee[], topics: PartitionCounts): Assignment {
  const shares = new Map(members.map(({ memberId }) => [memberId, new PartitionSet()]));
  const order = members.toSorted((a, b) => compare(a.instanceId ?? a.memberId, b.instanceId ?? b.memberId));
  for (const [topic, count] of topics) {
    const readers = order.filter((member) => member.topics.has(topic));
    let next = 0;
    for (const [place, { memberId }] of readers.entries()) {
      const end = next + Math.floor(count / readers.length) + (place < count % readers.length ? 1 : 0);
      for (; next < end; next++) shares.get(memberId)?.add(topic, next);
    }
  }
  return shares;
}

/**
 * For members that share partitions: every partition has at least one member and every member, where there are
 * partitions to read, at least one partition; what was given before is kept where that leaves the loads even.
 */
export function assignShared(members: readonly Assignee[], topics: PartitionCounts): Assignment {
  const shares = new Map(members.map(({ memberId }) => [memberId, new PartitionSet()]));
  const readers = new Map<string, number>();
  const key = (topic: string, partition: number) => `${topic}/${partition}`;
  const give = (memberId: string, topic: string, partition: number) => {
    shares.get(memberId)?.add(topic, partition);
    readers.set(key(topic, partition), (readers.get(key(topic, partition)) ?? 0) + 1);
  };
  for (const [memberId, share] of assignUniformly(members, topics)) {
    for (const [topic, partition] of share) give(memberId, topic, partition);
  }
  for (const member of members) {
    if (shares.get(member.memberId)?.size !== 0) continue;
    const kept = [...member.before].find(
      ([topic, partition]) => member.topics.has(topic) && partition < (topics.get(topic) ?? 0),
    );
    const least = kept ?? leastRead(member, topics, (topic, partition) => readers.get(key(topic, partition)) ?? 0);
    if (least !== undefined) give(member.memberId, ...least);
  }
  return shares;
}

function leastRead(
  member: Assignee,
  topics: PartitionCounts,
  readersOf: (topic: string, partition: number) => number,
): readonly [string, number] | undefined {
  let least: readonly [string, number] | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const topic of member.topics) {
    for (let partition = 0; partition < (topics.get(topic) ?? 0); partition++) {
      const count = readersOf(topic, partition);
      if (count < fewest) [least, fewest] = [[topic, partition], count];
    }
  }
  return least;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
