/**
 * The ready messages of a queue with message groups. A group is served in order of sequence; while one of its
 * messages is held, what comes after that one waits (its holder alone may take more). Among free groups the lowest
 * waiting sequence comes first, but a group that gets a message back goes behind what waits by then: otherwise one
 * message that is returned again and again would keep every other group waiting.
 */
export interface GroupedMessage {
  readonly seq: number;
  readonly group: Group;
  address: number;
  attempts: number;
  sizeBytes: number;
  firstMs: number;
  /** Not before this time, ms; 0: at once. */
  dueMs: number;
}

export class Group {
  readonly name: string;
  /** Ready, by sequence; from `#head` on. */
  #waiting: GroupedMessage[] = [];
  #head = 0;
  /** Sequences in flight, ascending. */
  readonly held: number[] = [];
  /** Who holds them; 0 when nobody does. */
  holder = 0;
  /** Of what is held, what the holder found held by others when it came: it takes nothing behind that. Ascending. */
  heldByOthers: number[] = [];
  /** Where it stands in the heap of free groups; -1: not there. */
  offered = -1;
  /** It comes behind everything below this sequence. */
  behind = 0;

  constructor(name: string) {
    this.name = name;
  }

  get first(): GroupedMessage | undefined {
    return this.#waiting[this.#head];
  }

  /** Its place among free groups, which has a first message. */
  get order(): number {
    return Math.max(this.first!.seq, this.behind);
  }

  get empty(): boolean {
    return this.#head === this.#waiting.length && this.held.length === 0;
  }

  /** Nothing of the group that is held comes before its first waiting message. */
  get free(): boolean {
    const first = this.first;
    return first !== undefined && (this.held.length === 0 || first.seq < this.held[0]);
  }

  insert(message: GroupedMessage): void {
    const waiting = this.#waiting;
    const first = this.first;
    if (first !== undefined && message.seq < first.seq && this.#head > 0) {
      waiting[--this.#head] = message;
      return;
    }
    let at = waiting.length;
    while (at > this.#head && waiting[at - 1].seq > message.seq) at--;
    if (at === waiting.length) waiting.push(message);
    else waiting.splice(at, 0, message);
  }

  remove(message: GroupedMessage): void {
    if (this.first !== message) {
      this.#waiting.splice(this.#waiting.indexOf(message, this.#head), 1);
      return;
    }
    this.#head++;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }
}

export class GroupIndex {
  readonly #groups = new Map<string, Group>();
  /** Free groups by the sequence of their first message. Entries that no longer hold are dropped when they surface. */
  readonly #free = new OrderedGroups();
  readonly #messages = new Map<number, GroupedMessage>();
  readonly #byHolder = new Map<number, Set<Group>>();
  /** After {@link next}: when something that only a delay holds back is due; Infinity when there is no such thing. */
  soonestDueMs = Number.POSITIVE_INFINITY;

  get waiting(): number {
    return this.#messages.size;
  }

  /** A ready message: new, or back from a holder; then `tail`, the queue's next sequence, is given. */
  add(message: Omit<GroupedMessage, 'group'>, groupName: string, tail = 0): void {
    let group = this.#groups.get(groupName);
    if (group === undefined) {
      group = new Group(groupName);
      this.#groups.set(groupName, group);
    }
    const grouped = { ...message, group };
    this.#messages.set(message.seq, grouped);
    group.insert(grouped);
    group.behind = Math.max(group.behind, tail);
    this.#offer(group);
  }

  message(seq: number): GroupedMessage | undefined {
    return this.#messages.get(seq);
  }

  /** The message that `holder` may take next, below `stableEnd` and due; it stays in place until {@link take}. */
  next(holder: number, stableEnd: number, nowMs: number): GroupedMessage | undefined {
    this.soonestDueMs = Number.POSITIVE_INFINITY;
    const own = this.#byHolder.get(holder);
    if (own !== undefined) {
      for (const group of own) {
        const first = group.first;
        const { heldByOthers } = group;
        if (first === undefined || (heldByOthers.length > 0 && first.seq > heldByOthers[0])) continue;
        if (first.seq < stableEnd && first.dueMs <= nowMs) return first;
      }
    }
    let found: GroupedMessage | undefined;
    const delayed: Group[] = [];
    for (let group = this.#free.first; group !== undefined; group = this.#free.first) {
      const first = group.first;
      const stale = this.#free.firstOrder !== group.offered || !group.free || group.order !== group.offered;
      if (first === undefined || stale) {
        if (this.#free.firstOrder === group.offered) group.offered = -1;
        this.#free.shift();
        continue;
      }
      if (first.seq >= stableEnd) break;
      if (first.dueMs <= nowMs) {
        found = first;
        break;
      }
      this.soonestDueMs = Math.min(this.soonestDueMs, first.dueMs);
      delayed.push(group);
      group.offered = -1;
      this.#free.shift();
    }
    for (const group of delayed) this.#offer(group);
    return found;
  }

  /** Takes a waiting message out for `holder`. */
  take(message: GroupedMessage, holder: number): void {
    const group = message.group;
    group.remove(message);
    this.#messages.delete(message.seq);
    if (group.holder !== holder) {
      this.#forgetHolder(group);
      group.heldByOthers = group.held.slice();
    }
    let at = group.held.length;
    while (at > 0 && group.held[at - 1] > message.seq) at--;
    group.held.splice(at, 0, message.seq);
    if (group.holder === holder) return;
    group.holder = holder;
    const own = this.#byHolder.get(holder);
    if (own === undefined) this.#byHolder.set(holder, new Set([group]));
    else own.add(group);
  }

  /** A held message is no longer held: settled for good, or about to be added again. */
  letGo(groupName: string, seq: number): void {
    const group = this.#groups.get(groupName);
    if (group === undefined) return;
    const at = group.held.indexOf(seq);
    if (at >= 0) group.held.splice(at, 1);
    const other = group.heldByOthers.indexOf(seq);
    if (other >= 0) group.heldByOthers.splice(other, 1);
    if (group.held.length === 0) this.#forgetHolder(group);
    this.#settleGroup(group);
  }

  /** Takes a waiting message out without anybody holding it (purged, expired). */
  remove(seq: number): GroupedMessage | undefined {
    const message = this.#messages.get(seq);
    if (message === undefined) return undefined;
    message.group.remove(message);
    this.#messages.delete(seq);
    this.#settleGroup(message.group);
    return message;
  }

  /** The holder is gone or starts anew: what it holds stays held, but it may not take more of those groups. */
  forgetHolder(holder: number): void {
    for (const group of this.#byHolder.get(holder) ?? []) group.holder = 0;
    this.#byHolder.delete(holder);
  }

  forEachWaiting(visit: (message: GroupedMessage) => void): void {
    for (const message of this.#messages.values()) visit(message);
  }

  #settleGroup(group: Group): void {
    if (group.empty) this.#groups.delete(group.name);
    else this.#offer(group);
  }

  #forgetHolder(group: Group): void {
    if (group.holder === 0) return;
    const own = this.#byHolder.get(group.holder);
    own?.delete(group);
    if (own?.size === 0) this.#byHolder.delete(group.holder);
    group.holder = 0;
  }

  #offer(group: Group): void {
    if (!group.free) return;
    const { order } = group;
    if (group.offered === order) return;
    group.offered = order;
    this.#free.push(order, group);
  }
}

/** A heap of (order, group); of those with the same order the one that came first is first. */
class OrderedGroups {
  readonly #orders: number[] = [];
  readonly #turns: number[] = [];
  readonly #groups: Group[] = [];
  #lastTurn = 0;

  get first(): Group | undefined {
    return this.#groups[0];
  }
  get firstOrder(): number {
    return this.#orders[0];
  }

  push(order: number, group: Group): void {
    let place = this.#orders.length;
    const turn = ++this.#lastTurn;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#orders[parent] <= order) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#set(place, order, turn, group);
  }

  shift(): void {
    const order = this.#orders.pop()!;
    const turn = this.#turns.pop()!;
    const group = this.#groups.pop()!;
    const length = this.#orders.length;
    if (length === 0) return;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#isBefore(child + 1, this.#orders[child], this.#turns[child])) child++;
      if (!this.#isBefore(child, order, turn)) break;
      this.#move(child, place);
      place = child;
    }
    this.#set(place, order, turn, group);
  }

  #isBefore(place: number, order: number, turn: number): boolean {
    return this.#orders[place] < order || (this.#orders[place] === order && this.#turns[place] < turn);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#orders[from], this.#turns[from], this.#groups[from]);
  }

  #set(place: number, order: number, turn: number, group: Group): void {
    this.#orders[place] = order;
    this.#turns[place] = turn;
    this.#groups[place] = group;
  }
}
