import { FreeGroups } from './free-groups.js';
import { type MessageTable, READY } from './message-table.js';

/** One message group of a queue. */
export class Group {
  readonly name: string;
  /** Waiting, ascending; from #head on. */
  #waiting: number[] = [];
  #head = 0;
  /** Held by {@link holder}, ascending. */
  own: number[] = [];
  /** Held by others that may not take more: pulls that are over, holders from before a restart. Ascending. */
  foreign: number[] = [];
  /** Who has the group to himself; 0: nobody. */
  holder = 0;
  /** It comes behind everything below this sequence. */
  behind = 0;
  /** The order under which it stands among the free groups; -1: not there. */
  offered = -1;

  constructor(name: string) {
    this.name = name;
  }

  /** The lowest waiting sequence; -1 when none waits. */
  get first(): number {
    return this.#head < this.#waiting.length ? this.#waiting[this.#head] : -1;
  }

  get empty(): boolean {
    return this.first < 0 && this.own.length === 0 && this.foreign.length === 0;
  }

  insert(seq: number): void {
    const waiting = this.#waiting;
    if (this.#head > 0 && this.first >= 0 && seq < this.first) waiting[--this.#head] = seq;
    else insertSorted(waiting, seq, this.#head);
  }

  remove(seq: number): void {
    const waiting = this.#waiting;
    if (this.first !== seq) {
      waiting.splice(waiting.indexOf(seq, this.#head), 1);
      return;
    }
    this.#head++;
    if (this.#head === waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= waiting.length) {
      this.#waiting = waiting.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The holder may not take more; what it holds stays held. */
  abandon(): void {
    for (const seq of this.own) insertSorted(this.foreign, seq, 0);
    this.own = [];
    this.holder = 0;
  }
}

/**
 * The order of a queue with message groups. A group belongs to its holder until all that it holds is settled, and
 * nothing of a group is handed out past something of it that another one still holds. Among free groups the lowest
 * waiting sequence comes first, but a group that gets a message back goes behind what waits by then: otherwise one
 * message that is returned again and again would keep every other group waiting.
 */
export class GroupIndex {
  readonly #rows: MessageTable;
  readonly #groups = new Map<string, Group>();
  readonly #free = new FreeGroups();
  /** By holder: its groups, and those of them from which it may take right now. */
  readonly #holders = new Map<number, { readonly groups: Set<Group>; readonly ready: Set<Group> }>();

  /** `rows` says which waiting messages are ready and which are delayed. */
  constructor(rows: MessageTable) {
    this.#rows = rows;
  }

  /** The group of that name, made when it is new. */
  group(name: string): Group {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = new Group(name);
      this.#groups.set(name, group);
    }
    return group;
  }

  /** A new message waits. */
  insert(group: Group, seq: number): void {
    group.insert(seq);
    this.#offer(group);
  }

  /** The sequence that `holder` may take next; -1: none. It stays in place until {@link take}. */
  next(holder: number): number {
    const own = this.#holders.get(holder);
    if (own !== undefined) for (const group of own.ready) return group.first;
    const free = this.#free;
    for (let group = free.first; group !== undefined; group = free.first) {
      if (group.offered === free.firstOrder) return group.first;
      free.shift();
    }
    return -1;
  }

  /** A waiting message is held by `holder` now. */
  take(group: Group, seq: number, holder: number): void {
    group.remove(seq);
    if (group.holder !== holder) {
      group.holder = holder;
      group.offered = -1;
      let own = this.#holders.get(holder);
      if (own === undefined) {
        own = { groups: new Set(), ready: new Set() };
        this.#holders.set(holder, own);
      }
      own.groups.add(group);
    }
    insertSorted(group.own, seq, 0);
    this.#offer(group);
  }

  /** A waiting message is held by somebody from before a restart. */
  takeForeign(group: Group, seq: number): void {
    group.remove(seq);
    insertSorted(group.foreign, seq, 0);
    this.#offer(group);
  }

  /** A held message waits again; `tail` is the queue's next sequence. */
  giveBack(group: Group, seq: number, tail: number): void {
    group.insert(seq);
    group.behind = tail;
    this.letGo(group, seq);
  }

  /** A held message is settled for good. */
  letGo(group: Group, seq: number): void {
    if (!removeSorted(group.own, seq)) removeSorted(group.foreign, seq);
    if (group.own.length === 0 && group.holder !== 0) this.#leave(group);
    this.#settle(group);
  }

  /** A waiting message is gone without having been held. */
  remove(group: Group, seq: number): void {
    group.remove(seq);
    this.#settle(group);
  }

  /** A delayed message of the group is ready. */
  wake(group: Group): void {
    this.#offer(group);
  }

  /** The holder is gone or over: what it holds stays held, but it takes no more. */
  forgetHolder(holder: number): void {
    const own = this.#holders.get(holder);
    if (own === undefined) return;
    this.#holders.delete(holder);
    for (const group of own.groups) {
      group.abandon();
      this.#offer(group);
    }
  }

  #leave(group: Group): void {
    const own = this.#holders.get(group.holder)!;
    own.groups.delete(group);
    own.ready.delete(group);
    if (own.groups.size === 0) this.#holders.delete(group.holder);
    group.holder = 0;
  }

  #settle(group: Group): void {
    if (group.empty) {
      group.offered = -1;
      this.#groups.delete(group.name);
    } else this.#offer(group);
  }

  /** Puts the group where those look who may take from it. */
  #offer(group: Group): void {
    const seq = this.#takeable(group);
    if (group.holder !== 0) {
      const { ready } = this.#holders.get(group.holder)!;
      if (seq < 0) ready.delete(group);
      else ready.add(group);
    } else if (seq < 0) group.offered = -1;
    else {
      const order = Math.max(seq, group.behind);
      if (group.offered === order) return;
      group.offered = order;
      this.#free.push(order, group);
    }
  }

  #takeable(group: Group): number {
    const { first, foreign } = group;
    if (first < 0 || (foreign.length > 0 && first > foreign[0])) return -1;
    return this.#rows.state[this.#rows.find(first)] === READY ? first : -1;
  }
}

function insertSorted(list: number[], value: number, from: number): void {
  let at = list.length;
  while (at > from && list[at - 1] > value) at--;
  if (at === list.length) list.push(value);
  else list.splice(at, 0, value);
}

function removeSorted(list: number[], value: number): boolean {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
