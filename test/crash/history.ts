import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a client saw or did. An id is `<source>:<number>`, with numbers that rise in the order of publishing. */
export type Happening =
  /** The broker accepts connections. */
  | { readonly kind: 'begun' }
  /** It is about to be ended: what its consumers hold may go from one to another. */
  | { readonly kind: 'dying' }
  | { readonly kind: 'ended'; readonly how: string }
  /**
   * Given to the client library. `required` false: may get lost (transient). `logs`: topics that must hold it too.
   * `notBeforeMs`: no consumer may see it earlier.
   */
  | {
      readonly kind: 'sent';
      readonly id: string;
      readonly places: readonly string[];
      readonly logs?: readonly string[];
      readonly required?: false;
      readonly notBeforeMs?: number;
      readonly priority?: number;
    }
  /** Its publish was answered; `sequence` is what SQS said about a FIFO message. */
  | { readonly kind: 'confirmed'; readonly id: string; readonly sequence?: string }
  /**
   * A delivery. `began`: the history's count when it was asked for, `beganMs` the time. `mark`: how often it says that
   * it was delivered, this time included; dialects that only have a flag say 1 or 2.
   */
  | {
      readonly kind: 'received';
      readonly place: string;
      readonly id: string;
      readonly began: number;
      readonly beganMs: number;
      readonly mark: number;
      /** Deliveries of one answer share it. */
      readonly answer?: number;
    }
  /** About to be acknowledged, deleted or rejected. */
  | { readonly kind: 'settling'; readonly place: string; readonly id: string }
  /** The broker answered the deletion. */
  | { readonly kind: 'settled'; readonly place: string; readonly id: string }
  /** Given back: it may come again in the same life of the broker. */
  | { readonly kind: 'returned'; readonly place: string; readonly id: string }
  /** A topic's record was acknowledged at this offset. */
  | { readonly kind: 'placed'; readonly log: string; readonly offset: number; readonly id: string }
  /** A record was seen at this offset by a reader, perhaps a member of a group. */
  | {
      readonly kind: 'read';
      readonly log: string;
      readonly offset: number;
      readonly id: string;
      readonly reader: string;
      readonly group?: string;
    }
  /** A transaction is over, whoever knows how; `ids` are the records that were sent in it. Numbers rise by producer. */
  | {
      readonly kind: 'transaction';
      readonly producer: number;
      readonly number: number;
      readonly ids: readonly string[];
    }
  /** The broker answered that it is aborted. */
  | { readonly kind: 'aborted'; readonly producer: number; readonly number: number }
  /** The offset that went along with every transaction of the producer, when all is over. */
  | { readonly kind: 'ledger'; readonly producer: number; readonly offset: number }
  /** A record of the compacted topic: about to be sent, acknowledged, there when all is over. */
  | { readonly kind: 'state sent'; readonly key: string; readonly number: number }
  | { readonly kind: 'state' | 'state found'; readonly key: string; readonly number: number; readonly offset: number }
  | { readonly kind: 'joined'; readonly group: string; readonly reader: string }
  | { readonly kind: 'committing'; readonly group: string; readonly log: string; readonly offset: number }
  | { readonly kind: 'committed'; readonly group: string; readonly log: string; readonly offset: number }
  /** What the log holds when all is over. */
  | { readonly kind: 'found'; readonly log: string; readonly offset: number; readonly id: string }
  /** Something was created and answered. */
  | { readonly kind: 'declared'; readonly what: string }
  | { readonly kind: 'missing'; readonly what: string }
  /** Messages that are in a queue which was emptied before. */
  | { readonly kind: 'left'; readonly place: string; readonly count: number }
  /** A client noticed by itself what must not be. */
  | { readonly kind: 'wrong'; readonly what: string };

export type HistoryEvent = Happening & {
  /** Position in the history. */
  readonly n: number;
  readonly atMs: number;
  /** Which life of the broker, from 1. */
  readonly life: number;
};

const WRITE_BYTES = 0x1_0000;

/** Everything that the clients saw, in order, kept in memory for the check and in a file of JSON lines for people. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #file: number;
  #lines: string[] = [];
  #bytes = 0;
  life = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'w');
  }

  /** How much happened so far. */
  get count(): number {
    return this.events.length;
  }

  add(happening: Happening): void {
    const event = { n: this.events.length, atMs: Date.now(), life: this.life, ...happening };
    this.events.push(event);
    const line = `${JSON.stringify(event)}\n`;
    this.#lines.push(line);
    this.#bytes += line.length;
    if (this.#bytes > WRITE_BYTES) this.write();
  }

  write(): void {
    writeSync(this.#file, this.#lines.join(''));
    this.#lines = [];
    this.#bytes = 0;
  }

  close(): void {
    this.write();
    closeSync(this.#file);
  }
}
