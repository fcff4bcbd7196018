import type { GroupError } from './group-error.js';
import type { GroupProtocol, JoinRequest } from './group-requests.js';

export const NO_BYTES = new Uint8Array(0);

export interface GroupMember {
  readonly id: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly GroupProtocol[];
  assignment: Uint8Array;
  /** Has not been in any generation yet. */
  isNew: boolean;
  /** The token of the sync that waits for the leader. */
  syncToken: number | null;
  /** When the member counts as gone; Infinity while a join or sync of it waits, for waiting is a sign of life. */
  deadlineMs: number;
  /** The token of the join that waits for the generation; written by {@link GroupMembership} only. */
  readonly joinToken: number | null;
}

/** What {@link GroupMembership} may change behind the readonly fields. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The members of a group, with the counts that would otherwise be taken over all of them at every join: who waits,
 * who speaks which protocol. Iterates in the order in which the members came.
 */
export class GroupMembership {
  readonly #members = new Map<string, Writable<GroupMember>>();
  readonly #byInstance = new Map<string, string>();
  /** Protocol name to the number of members that speak it. */
  readonly #speakers = new Map<string, number>();
  #waiting = 0;
  /** The member that assigns; null without members. */
  leader: string | null = null;

  get size(): number {
    return this.#members.size;
  }

  /** Whether the join of every member waits. True without members. */
  get allWait(): boolean {
    return this.#waiting === this.#members.size;
  }

  /** The longest that any member asks to be given for joining again; 0 without members. */
  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const member of this.#members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
    return longest;
  }

  get(id: string): GroupMember | undefined {
    return this.#members.get(id);
  }

  byInstance(instanceId: string): GroupMember | undefined {
    const id = this.#byInstance.get(instanceId);
    return id === undefined ? undefined : this.#members.get(id);
  }

  /** `none` when the id is a member's and, if an instance id comes with it, that member's instance id. */
  identify(who: { readonly memberId: string; readonly instanceId: string | null }): GroupError {
    if (who.instanceId !== null) {
      const holder = this.#byInstance.get(who.instanceId);
      if (holder === undefined) return 'unknown-member';
      if (holder !== who.memberId) return 'fenced-instance';
    }
    return this.#members.has(who.memberId) ? 'none' : 'unknown-member';
  }

  [Symbol.iterator](): IterableIterator<GroupMember> {
    return this.#members.values();
  }

  /** The first member becomes the leader. Throws when the id, or the instance id, is taken. */
  add(member: GroupMember): void {
    if (this.#members.has(member.id)) throw new Error(`member id used twice: ${member.id}`);
    if (member.instanceId !== null) {
      if (this.#byInstance.has(member.instanceId)) throw new Error(`instance id used twice: ${member.instanceId}`);
      this.#byInstance.set(member.instanceId, member.id);
    }
    this.#members.set(member.id, member);
    this.#count(member.protocols, 1);
    if (member.joinToken !== null) this.#waiting++;
    this.leader ??= member.id;
  }

  /** The next in line becomes the leader if this one was. Tokens that wait are the caller's to answer, before this. */
  remove(member: GroupMember): void {
    if (member.joinToken !== null) throw new Error(`member removed with its join unanswered: ${member.id}`);
    this.#members.delete(member.id);
    if (member.instanceId !== null) this.#byInstance.delete(member.instanceId);
    this.#count(member.protocols, -1);
    if (this.leader === member.id) {
      const next = this.#members.keys().next();
      this.leader = next.done === true ? null : next.value;
    }
  }

  /** Puts a static member's new incarnation in the old one's place: its assignment, and its lead if it had it. */
  replace(old: GroupMember, request: JoinRequest): GroupMember {
    const wasLeader = this.leader === old.id;
    const { newMemberId, clientId, clientHost } = request;
    const successor: GroupMember = { ...old, id: newMemberId, clientId, clientHost };
    this.remove(old);
    this.add(successor);
    if (wasLeader) this.leader = newMemberId;
    return successor;
  }

  /** Takes over what a member says of itself when it joins again. */
  update(member: GroupMember, request: JoinRequest): void {
    this.#count(member.protocols, -1);
    member.protocols = keptProtocols(request.protocols);
    this.#count(member.protocols, 1);
    member.sessionTimeoutMs = request.sessionTimeoutMs;
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
  }

  /** Lets the member's join wait. Returns the token of an older one that was waiting, for the caller to answer. */
  park(member: GroupMember, token: number): number | null {
    const older = this.takeJoin(member);
    this.#writable(member).joinToken = token;
    this.#waiting++;
    return older;
  }

  /** The token of the member's waiting join, which waits no longer; null if there was none. */
  takeJoin(member: GroupMember): number | null {
    const token = member.joinToken;
    if (token === null) return null;
    this.#writable(member).joinToken = null;
    this.#waiting--;
    return token;
  }

  /**
   * Makes sure that the leader is one whose join waits: the present one if it can be, else the first who does.
   * False when nobody waits.
   */
  electWaitingLeader(): boolean {
    const leader = this.leader === null ? undefined : this.#members.get(this.leader);
    if (leader !== undefined && leader.joinToken !== null) return true;
    for (const member of this.#members.values()) {
      if (member.joinToken !== null) {
        this.leader = member.id;
        return true;
      }
    }
    return false;
  }

  /** Whether one of these protocols is spoken by every member; true without members. */
  sharesOneOf(protocols: readonly GroupProtocol[]): boolean {
    return protocols.some((protocol) => this.#spokenByAll(protocol.name));
  }

  /**
   * Each member votes for the first of its protocols that all members speak; the most votes win, and among equals
   * the one voted for first. A protocol in common always exists, for no join without one is let in.
   */
  vote(): string {
    const votes = new Map<string, number>();
    for (const member of this.#members.values()) {
      const choice = member.protocols.find((protocol) => this.#spokenByAll(protocol.name));
      if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    let winner: string | undefined;
    for (const [name, count] of votes) {
      if (winner === undefined || count > (votes.get(winner) ?? 0)) winner = name;
    }
    if (winner === undefined) throw new Error('the members have no protocol in common');
    return winner;
  }

  #spokenByAll(name: string): boolean {
    return (this.#speakers.get(name) ?? 0) === this.#members.size;
  }

  #count(protocols: readonly GroupProtocol[], change: 1 | -1): void {
    for (const { name } of protocols) {
      const count = (this.#speakers.get(name) ?? 0) + change;
      if (count === 0) this.#speakers.delete(name);
      else this.#speakers.set(name, count);
    }
  }

  #writable(member: GroupMember): Writable<GroupMember> {
    const held = this.#members.get(member.id);
    if (held !== member) throw new Error(`not a member: ${member.id}`);
    return held;
  }
}

/** The protocols as they are kept: bytes of our own, and each name once, the first time it is named. */
export function keptProtocols(protocols: readonly GroupProtocol[]): readonly GroupProtocol[] {
  const kept: GroupProtocol[] = [];
  for (const { name, metadata } of protocols) {
    if (!kept.some((other) => other.name === name)) kept.push({ name, metadata: metadata.slice() });
  }
  return kept;
}

/** The member's subscription in the protocol; zero bytes when it does not speak it. */
export function metadataIn(member: GroupMember, protocol: string | null): Uint8Array {
  return member.protocols.find((offered) => offered.name === protocol)?.metadata ?? NO_BYTES;
}

/** Whether the member would say nothing new with these protocols: same names, order and bytes. */
export function offersTheSame(member: GroupMember, protocols: readonly GroupProtocol[]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every((own, i) => own.name === protocols[i].name && sameBytes(own.metadata, protocols[i].metadata))
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
