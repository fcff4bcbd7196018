import { execFileSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkHistory } from './checks/check-history.js';
import type { Violation } from './checks/violation.js';
import { CrashableBroker, freePorts, type Ports } from './crashable-broker.js';
import { History } from './history.js';
import {
  countWithAmqp,
  declareWithAmqp,
  consumeWithAmqp,
  drainAmqp,
  publishWithAmqp,
  setUpAmqp,
} from './loads/amqp-load.js';
import { FifoSender } from './loads/fifo-sender.js';
import { setUpKafka } from './loads/kafka-client.js';
import { declareWithKafka, drainKafka, readWithKafka, topicsWithKafka } from './loads/kafka-load.js';
import { KafkaProducers } from './loads/kafka-producers.js';
import { KafkaState } from './loads/kafka-state.js';
import { KafkaTransactions } from './loads/kafka-transactions.js';
import { type LifeContext, type Load, runLoad } from './loads/load.js';
import { countWithSqs, declareWithSqs, drainSqs, receiveWithSqs, sendWithSqs, setUpSqs } from './loads/sqs-load.js';
import { PLACES } from './places.js';
import { SeededRandom } from './seeded-random.js';

const SHORTEST_LIFE_MS = 300;
const LONGEST_LIFE_MS = 2_000;
/** A life without a single confirm ends as well. */
const FIRST_CONFIRM_LIMIT_MS = 5_000;
/** So many of the starts are killed on their way up. */
const KILLED_STARTING = 0.15;
const LONGEST_START_MS = 400;
const DRAIN_LIMIT_MS = 20_000;

/** How a life of the broker ends. Called under load; resolves when the process is gone. */
export type Ending = (broker: CrashableBroker) => Promise<void>;

/** Where the broker's data lives, and what happens to that between two lives. */
export interface Disk {
  readonly dataDir: string;
  /** Ends a broker that is at work, without any warning. */
  readonly crash: Ending;
}

export interface CrashRunOptions {
  readonly seed: number;
  readonly rounds: number;
  /** 2 s by default. */
  readonly longestLifeMs?: number;
  readonly disk: Disk;
  /** Where the history is kept. */
  readonly folder: string;
  readonly nodeArgs?: readonly string[];
  readonly storage?: string;
  /** Sees to it that what the setting up leaves is on the disk, so that only the load can be lost. */
  readonly syncedSetUp?: boolean;
  /** Told about each round; for runs that somebody watches. */
  readonly progress?: (line: string) => void;
}

export interface CrashReport {
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Crashes a broker again and again under load from all dialects, then empties it and checks what the clients saw. */
export class CrashRun {
  readonly history: History;
  readonly #options: CrashRunOptions;
  readonly #random: SeededRandom;
  readonly #numbers = new Map<string, number>();
  readonly #ports: Ports;
  readonly #fifoSender = new FifoSender();
  readonly #producers: KafkaProducers;
  readonly #transactions: KafkaTransactions;
  readonly #state: KafkaState;
  #broker: CrashableBroker | undefined;

  private constructor(options: CrashRunOptions, ports: Ports) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#ports = ports;
    this.history = new History(join(options.folder, 'history.jsonl'));
    const kafka = `127.0.0.1:${ports.kafka}`;
    this.#producers = new KafkaProducers(kafka, this.history, this.#random.fork());
    this.#transactions = new KafkaTransactions(kafka, this.history, this.#random.fork());
    this.#state = new KafkaState(kafka, this.history, this.#random.fork());
  }

  static async begin(options: CrashRunOptions): Promise<CrashRun> {
    return new CrashRun(options, await freePorts());
  }

  /** All of it. Rejects when the broker does not come up or cannot be emptied. */
  async run(): Promise<CrashReport> {
    const { rounds, longestLifeMs = LONGEST_LIFE_MS, progress = () => {} } = this.#options;
    try {
      await this.#setUp();
      this.#producers.start();
      this.#transactions.start();
      this.#state.start();
      for (let round = 1; round <= rounds; round++) {
        if (this.#random.chance(KILLED_STARTING)) await this.#killWhileStarting();
        const lifeMs = this.#random.between(SHORTEST_LIFE_MS, longestLifeMs);
        await this.#live(lifeMs);
        progress(`round ${round} of ${rounds}: ended after ${lifeMs} ms, ${this.history.count} events`);
      }
      await this.#empty();
      await this.#lookAgain();
      return { violations: checkHistory(this.history.events, PLACES), counts: this.#counts() };
    } finally {
      this.abandon();
      this.history.close();
    }
  }

  #spawn(): CrashableBroker {
    const { disk, nodeArgs = [], storage = 'segment-log' } = this.#options;
    this.#broker = CrashableBroker.spawn({ dataDir: disk.dataDir, ports: this.#ports, nodeArgs, storage });
    return this.#broker;
  }

  /** Ends the broker, if one is running, without waiting for anything: for a run that is given up. */
  abandon(): void {
    void this.#broker?.kill();
  }

  /** Keeps what a broker logged. Errors that it met before its end was prepared are none that a crash explains. */
  #keepLog(broker: CrashableBroker, dyingMs: number): void {
    const { log } = broker;
    writeFileSync(join(this.#options.folder, `life-${this.history.life}.log`), log);
    for (const line of log.split('\n')) {
      if (!line.includes('"level":"error"')) continue;
      const { time } = JSON.parse(line) as { time: string };
      if (Date.parse(time) < dyingMs) this.history.add({ kind: 'wrong', what: `logged: ${line}` });
    }
  }

  async #start(): Promise<CrashableBroker> {
    const broker = await this.#spawn().ready();
    this.history.life++;
    this.history.add({ kind: 'begun' });
    return broker;
  }

  async #setUp(): Promise<void> {
    const broker = await this.#start();
    await setUpAmqp(broker.urls.amqp);
    await setUpSqs(broker.urls.sqs);
    await setUpKafka(broker.urls.kafka);
    if (this.#options.syncedSetUp === true) {
      await this.#stop(broker);
      execFileSync('sync');
    } else await this.#crash(broker);
  }

  async #crash(broker: CrashableBroker): Promise<void> {
    const dyingMs = Date.now();
    await this.#options.disk.crash(broker);
    this.#keepLog(broker, dyingMs);
    this.history.add({ kind: 'ended', how: 'crash' });
  }

  async #killWhileStarting(): Promise<void> {
    const broker = this.#spawn();
    const failed = broker.ready().catch(() => {});
    await sleep(this.#random.between(20, LONGEST_START_MS));
    await broker.kill();
    await failed;
  }

  async #live(lifeMs: number): Promise<void> {
    const broker = await this.#start();
    const dying = new AbortController();
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    const context = this.#context(broker, dying.signal, over.signal);
    const loads: Record<string, Load> = {
      'AMQP publishers': publishWithAmqp,
      'AMQP consumers': consumeWithAmqp,
      'AMQP declarations': declareWithAmqp,
      'SQS senders': sendWithSqs,
      'SQS receivers': receiveWithSqs,
      'SQS declarations': declareWithSqs,
      'FIFO sender': this.#fifoSender.load,
      'Kafka reader': readWithKafka,
      'Kafka declarations': declareWithKafka,
    };
    const running = Object.entries(loads).map(([name, load]) => {
      return runLoad(name, load, { ...context, random: context.random.fork() });
    });
    await this.#untilConfirmed();
    await sleep(lifeMs);
    dying.abort();
    this.history.add({ kind: 'dying' });
    await this.#crash(broker);
    over.abort();
    await Promise.all(running);
  }

  /** Resolves when a publish of this life is answered, or none was for long. */
  async #untilConfirmed(): Promise<void> {
    const deadlineMs = Date.now() + FIRST_CONFIRM_LIMIT_MS;
    for (let from = this.history.count; Date.now() < deadlineMs; ) {
      for (; from < this.history.count; from++) if (this.history.events[from].kind === 'confirmed') return;
      await sleep(5);
    }
  }

  /** Takes out everything that is in the broker, with nobody publishing. */
  async #empty(): Promise<void> {
    const broker = await this.#start();
    try {
      await this.#emptyAll(broker);
    } finally {
      await this.#stop(broker);
    }
  }

  async #emptyAll(broker: CrashableBroker): Promise<void> {
    const never = new AbortController().signal;
    const context = this.#context(broker, never, never);
    await this.#producers.stop();
    await this.#transactions.stop();
    await this.#state.stop(DRAIN_LIMIT_MS);
    await this.#fifoSender.settle(context);
    // SQS first: what is delayed or about to die goes on to queues that are emptied after it.
    await drainSqs(
      context,
      PLACES.filter(({ name }) => name.startsWith('sqs')),
      DRAIN_LIMIT_MS,
    );
    await this.#untilEmpty(broker, ['amqp.short', 'amqp.wait'], context);
    await drainAmqp(
      context,
      PLACES.filter(({ name }) => !name.startsWith('sqs')).map(({ name }) => name),
    );
    await drainKafka(context, DRAIN_LIMIT_MS);
  }

  async #untilEmpty(broker: CrashableBroker, queues: readonly string[], { history }: LifeContext): Promise<void> {
    const deadlineMs = Date.now() + DRAIN_LIMIT_MS;
    for (;;) {
      const counts = await countWithAmqp(broker.urls.amqp, queues);
      const waiting = [...counts].filter(([, count]) => count > 0);
      if (waiting.length === 0) return;
      if (Date.now() > deadlineMs) {
        for (const [place, count] of waiting) history.add({ kind: 'left', place, count });
        return;
      }
      await sleep(20);
    }
  }

  /** After a clean stop: what was emptied is empty, and whatever was created is there. */
  async #lookAgain(): Promise<void> {
    const broker = await this.#start();
    const { urls } = broker;
    const created = new Set<string>();
    for (const event of this.history.events) if (event.kind === 'declared') created.add(event.what);
    const names = [...created];
    const queues = [...PLACES.map(({ name }) => name), ...names];
    const counts = new Map([
      ...(await countWithAmqp(
        urls.amqp,
        queues.filter((name) => !name.startsWith('sqs') && !name.startsWith('kafka')),
      )),
      ...(await countWithSqs(
        urls,
        queues.filter((name) => name.startsWith('sqs')),
      )),
    ]);
    for (const [place, count] of counts) {
      if (count < 0) this.history.add({ kind: 'missing', what: `queue ${place}` });
      else if (count > 0) this.history.add({ kind: 'left', place, count });
    }
    const topics = await topicsWithKafka(urls.kafka);
    for (const topic of names.filter((name) => name.startsWith('kafka'))) {
      if (!topics.has(topic)) this.history.add({ kind: 'missing', what: `topic ${topic}` });
    }
    await this.#stop(broker);
  }

  async #stop(broker: CrashableBroker): Promise<void> {
    const { code, signal, stderr } = await broker.stop();
    this.#keepLog(broker, Number.POSITIVE_INFINITY);
    this.history.add({ kind: 'ended', how: 'stop' });
    if (code !== 0) this.history.add({ kind: 'wrong', what: `SIGTERM ended it with ${code ?? signal}: ${stderr}` });
  }

  #context(broker: CrashableBroker, dying: AbortSignal, over: AbortSignal): LifeContext {
    const { history } = this;
    const nextNumber = (source: string) => {
      const number = this.#numbers.get(source) ?? 0;
      this.#numbers.set(source, number + 1);
      return number;
    };
    return { urls: broker.urls, history, random: this.#random.fork(), nextNumber, dying, over };
  }

  #counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of this.history.events) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }
}
