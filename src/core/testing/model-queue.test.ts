import type { DeadLetter, PeekedMessage, QueueCounts, QueueSettings } from '../broker.js';
import type { DeathReason } from '../message.js';
import type { ModelSession } from './model-session.test.js';

export interface ModelDeath {
  readonly queue: string;
  readonly reason: DeathReason;
  readonly count: number;
}

/** One message in one queue, with everything said plainly. */
export interface ModelMessage {
  readonly seq: number;
  readonly body: string;
  /** Said its sender. */
  readonly transient: boolean;
  /** Survives a restart: not transient, in a queue that does. */
  readonly persistent: boolean;
  readonly priority: number;
  readonly group: string;
  readonly expiresMs: number;
  readonly deaths: readonly ModelDeath[];
  /** The flush that carries it. */
  readonly flush: number;
  state: 'pending' | 'ready' | 'delayed' | 'held';
  /** Where it stands: its sequence, or the place that it got when it fell due. */
  place: number;
  attempts: number;
  firstMs: number;
  /** When it is due, or its hold ends; 0: never. */
  timeMs: number;
  /** Who holds it. */
  holder: ModelTaker | undefined;
  /** Under which delivery of its session. */
  deliveryId: number;
  /** Its holder may take more of its group. */
  live: boolean;
}

/** A subscription, or a pull. */
export interface ModelTaker {
  readonly kind: 'subscription' | 'pull';
  readonly token: number;
  readonly session: ModelSession;
  readonly queue: ModelQueue;
  readonly noAck: boolean;
  readonly priority: number;
  /** Subscriptions: 0: no limit. */
  readonly credit: number;
  inFlight: number;
  /** Pulls. */
  readonly max: number;
  readonly visibilityMs: number | undefined;
  readonly deadlineMs: number;
  readonly seen: ModelMessage[];
  delivered: number;
}

/** What a queue holds, as plain lists that are gone through from front to back. */
export class ModelQueue {
  readonly handle: number;
  readonly name: string;
  readonly grouped: boolean;
  readonly durable: boolean;
  settings: Partial<QueueSettings>;
  tail = 0;
  messages: ModelMessage[] = [];
  subscriptions: ModelTaker[] = [];
  pulls: ModelTaker[] = [];
  turn = 0;
  active: ModelTaker | undefined;
  readonly ids = new Map<string, { seq: number; timeMs: number }>();
  /** Group to the sequence behind which it stands since it got a message back. */
  readonly behind = new Map<string, number>();

  constructor(handle: number, name: string, grouped: boolean, durable: boolean, settings: Partial<QueueSettings>) {
    this.handle = handle;
    this.name = name;
    this.grouped = grouped;
    this.durable = durable;
    this.settings = settings;
  }

  get deadLetter(): DeadLetter | undefined {
    return this.settings.deadLetter;
  }

  inState(state: ModelMessage['state']): ModelMessage[] {
    return this.messages.filter((message) => message.state === state);
  }

  counts(): QueueCounts {
    const ready = this.inState('ready');
    return {
      ready: ready.length,
      inFlight: this.inState('held').length,
      delayed: this.inState('delayed').length,
      readyBytes: ready.reduce((sum, { body }) => sum + body.length, 0),
    };
  }

  peek(): PeekedMessage[] {
    return this.messages
      .filter(({ state }) => state !== 'pending')
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq, state, attempts, timeMs }) => ({
        seq,
        state: state === 'held' ? 'in-flight' : state === 'delayed' ? 'delayed' : 'ready',
        attempts,
        dueMs: state === 'ready' ? 0 : timeMs,
      }));
  }

  remove(message: ModelMessage): void {
    this.messages = this.messages.filter((other) => other !== message);
    if (!this.messages.some(({ group, state }) => group === message.group && state !== 'pending')) {
      this.behind.delete(message.group);
    }
  }

  /** What may be handed to that taker next; undefined for `taker`: to anybody. More than one only with groups. */
  candidates(taker: ModelTaker | undefined): ModelMessage[] {
    if (this.grouped) return this.#groupedCandidates(taker);
    const ready = this.inState('ready').sort((a, b) => this.#rank(a) - this.#rank(b) || a.place - b.place);
    return ready.slice(0, 1);
  }

  #rank({ priority }: ModelMessage): number {
    const { maxPriority } = this.settings;
    return maxPriority === undefined ? 0 : -Math.min(maxPriority, Math.max(0, priority));
  }

  #groupedCandidates(taker: ModelTaker | undefined): ModelMessage[] {
    const own: ModelMessage[] = [];
    const free: { message: ModelMessage; order: number }[] = [];
    for (const name of new Set(this.messages.map(({ group }) => group))) {
      const group = this.messages.filter((message) => message.group === name && message.state !== 'pending');
      const waiting = group.filter(({ state }) => state !== 'held').sort((a, b) => a.seq - b.seq);
      const first = waiting[0];
      if (first === undefined || first.state !== 'ready') continue;
      const held = group.filter(({ state }) => state === 'held');
      const holder = held.find(({ live }) => live)?.holder;
      const others = held.filter((message) => !message.live || message.holder !== holder);
      if (others.some(({ seq }) => seq < first.seq)) continue;
      if (holder === undefined) free.push({ message: first, order: Math.max(first.seq, this.behind.get(name) ?? 0) });
      else if (holder === taker) own.push(first);
    }
    if (own.length > 0) return own;
    const least = Math.min(...free.map(({ order }) => order));
    return free.filter(({ order }) => order === least).map(({ message }) => message);
  }

  /** Subscriptions in the order in which they are asked. */
  inTurn(): ModelTaker[] {
    if (this.settings.singleActiveConsumer === true) return this.active === undefined ? [] : [this.active];
    const rotated = [...this.subscriptions.slice(this.turn), ...this.subscriptions.slice(0, this.turn)];
    return rotated.sort((a, b) => b.priority - a.priority);
  }

  /** Who gets the next message, and which ones that may be; undefined: there is nothing for anybody. */
  nextDelivery(): { taker: ModelTaker; candidates: ModelMessage[] } | undefined {
    for (const taker of [...this.pulls.slice(0, 1), ...this.inTurn()]) {
      if (!canTake(taker)) continue;
      const candidates = this.candidates(taker);
      if (candidates.length > 0) return { taker, candidates };
    }
    return undefined;
  }
}

export function canTake(taker: ModelTaker): boolean {
  const { session } = taker;
  if (taker.kind === 'pull') return taker.delivered < taker.max;
  if (session.paused) return false;
  if (session.credit > 0 && session.pushed >= session.credit) return false;
  return taker.noAck || taker.credit === 0 || taker.inFlight < taker.credit;
}
