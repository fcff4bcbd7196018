import { ErrorCode } from '../error-code.js';
import type { fetch } from '../schema/fetch.js';
import type { RequestOf } from '../wire/api.js';
import type { AskedPartition, AskedTopic, FetchView, PartitionAnswer } from './fetch-view.js';

type Forgotten = RequestOf<typeof fetch>['forgottenTopicsData'][number];

/** What the client was told last of a partition. */
interface Told {
  highWatermark: number;
  lastStableOffset: number;
  logStartOffset: number;
}

interface SessionTopic {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: Map<number, AskedPartition>;
}

/** The partitions that a client fetches, from where on, and what it knows of them. */
export class FetchSession {
  readonly id: number;
  /** Whether topics are named by their ids. */
  readonly byId: boolean;
  /** What the client's next request must carry. */
  epoch = 1;
  readonly #topics = new Map<string, SessionTopic>();
  readonly #told = new WeakMap<AskedPartition, Told>();

  constructor(id: number, byId: boolean) {
    this.id = id;
    this.byId = byId;
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  /** Takes in what a request names: new partitions, new places in known ones, and those that are left out from now on. */
  update(named: readonly AskedTopic[], forgotten: readonly Forgotten[]): void {
    for (const { topic, topicId, partitions } of named) {
      const known = this.#topic(topic, topicId);
      for (const asked of partitions) {
        const before = known.partitions.get(asked.partition);
        const told = before === undefined ? undefined : this.#told.get(before);
        if (told !== undefined) this.#told.set(asked, told);
        known.partitions.set(asked.partition, asked);
      }
    }
    for (const { topic, topicId, partitions } of forgotten) {
      const known = this.#topic(topic, topicId);
      for (const partition of partitions) known.partitions.delete(partition);
      if (known.partitions.size === 0) this.#topics.delete(this.#key(topic, topicId));
    }
  }

  /** Everything, and the answer tells of everything. */
  fullView(): FetchView {
    return {
      ...this.#view(),
      shows: (asked, answer) => {
        this.#remember(asked, answer);
        return true;
      },
    };
  }

  /** Everything, but the answer tells only what is new. */
  incrementalView(): FetchView {
    return { ...this.#view(), shows: (asked, answer) => this.#isNew(asked, answer) };
  }

  #view() {
    const topics = Array.from(this.#topics.values(), ({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: [...partitions.values()],
    }));
    return { sessionId: this.id, topics };
  }

  #isNew(asked: AskedPartition, answer: PartitionAnswer): boolean {
    const told = this.#told.get(asked);
    this.#remember(asked, answer);
    if (told === undefined || answer.errorCode !== ErrorCode.none || (answer.records?.length ?? 0) > 0) return true;
    return (
      told.highWatermark !== answer.highWatermark ||
      told.lastStableOffset !== answer.lastStableOffset ||
      told.logStartOffset !== answer.logStartOffset
    );
  }

  #remember(asked: AskedPartition, answer: PartitionAnswer): void {
    const { highWatermark, lastStableOffset = -1, logStartOffset = -1 } = answer;
    this.#told.set(asked, { highWatermark, lastStableOffset, logStartOffset });
  }

  #topic(topic: string, topicId: string): SessionTopic {
    const key = this.#key(topic, topicId);
    let known = this.#topics.get(key);
    if (known === undefined) {
      known = { topic, topicId, partitions: new Map() };
      this.#topics.set(key, known);
    }
    return known;
  }

  #key(topic: string, topicId: string): string {
    return this.byId ? topicId : topic;
  }
}
