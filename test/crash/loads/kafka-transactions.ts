import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer, Transaction } from 'kafkajs';
import type { History } from '../history.js';
import { messageText } from '../message-text.js';
import type { SeededRandom } from '../seeded-random.js';
import { EVENTS, kafkaClient, LEDGER, LEDGER_PARTITIONS, logName, patientKafkaClient } from './kafka-client.js';

/** Producers at once. */
const PRODUCERS = 3;
/** The group whose offset goes along with every transaction: the number of the producer's last one. */
const LEDGER_GROUP = 'kafka-ledger';
const ABORTED = 0.25;
/** Transactions after which a producer ends and another one takes its transactional id over. */
const TRANSACTIONS_PER_SESSION = 40;

/** Several transactional producers at work. */
export class KafkaTransactions {
  readonly #producers: readonly TransactionalProducer[];

  constructor(broker: string, history: History, random: SeededRandom) {
    this.#producers = Array.from(
      { length: PRODUCERS },
      (_, index) => new TransactionalProducer(broker, history, random.fork(), index),
    );
  }

  start(): void {
    for (const producer of this.#producers) producer.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#producers.map((producer) => producer.stop()));
  }
}

/**
 * One that lives through the broker's crashes: each transaction writes records to all partitions
 * of a topic and an offset of a group, and is committed or aborted. After a while, and whenever its library gives up,
 * another one takes over its transactional id, which ends what it left open.
 */
class TransactionalProducer {
  readonly #broker: string;
  readonly #history: History;
  readonly #random: SeededRandom;
  /** Which of the producers at once; each has a transactional id, and a partition for its offset. */
  readonly #index: number;
  #stopping = false;
  #session = 0;
  /** Numbers every transaction, from 1. */
  #count = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(broker: string, history: History, random: SeededRandom, index: number) {
    this.#index = index;
    this.#broker = broker;
    this.#history = history;
    this.#random = random;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends what is under way, closes every partition with a last record, and notes the group's offset. The broker must be up. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await this.#with(async (producer, source) => {
      const transaction = await producer.transaction();
      await transaction.abort();
      await producer.disconnect();
      const plain = kafkaClient(this.#broker).producer();
      await plain.connect();
      const messages = this.#records(`${source}-end`, 0);
      await plain.send({ topic: LEDGER, acks: -1, messages });
      await plain.disconnect();
      for (const { key } of messages) this.#history.add({ kind: 'confirmed', id: key });
    });
    const admin = kafkaClient(this.#broker).admin();
    await admin.connect();
    const [{ partitions }] = await admin.fetchOffsets({ groupId: LEDGER_GROUP, topics: [EVENTS] });
    await admin.disconnect();
    const offset = Number(partitions.find(({ partition }) => partition === this.#index)?.offset ?? -1);
    this.#history.add({ kind: 'ledger', producer: this.#index, offset });
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#with(async (producer, source) => {
          let number = 0;
          for (let i = 0; i < TRANSACTIONS_PER_SESSION && !this.#stopping; i++) {
            number = await this.#transact(producer, source, number);
            await sleep(this.#random.between(1, 20));
          }
        });
      } catch {
        // Cut off, it gives up sooner or later; nobody knows how its last transaction ended, and the next one begins.
        await sleep(50);
      }
    }
  }

  async #with(body: (producer: Producer, source: string) => Promise<void>): Promise<void> {
    const client = patientKafkaClient(this.#broker);
    const producer = client.producer({
      transactionalId: `ledger-${this.#index}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    try {
      await producer.connect();
      await body(producer, `ledger-${this.#index}-${this.#session++}`);
    } finally {
      await producer.disconnect().catch(() => {});
    }
  }

  /** Returns the next number. */
  async #transact(producer: Producer, source: string, from: number): Promise<number> {
    const history = this.#history;
    const transaction = await producer.transaction();
    const number = ++this.#count;
    const isAborted = this.#random.chance(ABORTED);
    const ids: string[] = [];
    let next = from;
    try {
      const sends = this.#random.between(1, 3);
      const placed: { readonly log: string; readonly offset: number; readonly id: string }[] = [];
      for (let i = 0; i < sends; i++) {
        const messages = this.#records(source, next);
        next += messages.length;
        ids.push(...messages.map(({ key }) => key));
        for (const { topicName, partition, baseOffset } of await transaction.send({ topic: LEDGER, messages })) {
          const id = messages.find((message) => message.partition === partition)?.key;
          if (id !== undefined) placed.push({ log: logName(topicName, partition), offset: Number(baseOffset), id });
        }
      }
      await this.#commitOffset(transaction, number);
      if (isAborted) {
        await transaction.abort();
        history.add({ kind: 'aborted', producer: this.#index, number });
      } else {
        await transaction.commit();
        for (const where of placed) history.add({ kind: 'placed', ...where });
        for (const id of ids) history.add({ kind: 'confirmed', id });
      }
    } catch (error) {
      if (transaction.isActive()) await transaction.abort().catch(() => {});
      throw error;
    } finally {
      history.add({ kind: 'transaction', producer: this.#index, number, ids });
    }
    return next;
  }

  async #commitOffset(transaction: Transaction, number: number): Promise<void> {
    const partitions = [{ partition: this.#index, offset: String(number) }];
    await transaction.sendOffsets({ consumerGroupId: LEDGER_GROUP, topics: [{ topic: EVENTS, partitions }] });
  }

  /** One for each partition. */
  #records(source: string, from: number): { partition: number; key: string; value: string }[] {
    return Array.from({ length: LEDGER_PARTITIONS }, (_, partition) => {
      const key = `${source}:${from + partition}`;
      this.#history.add({ kind: 'sent', id: key, places: [], logs: [LEDGER], required: false });
      return { partition, key, value: messageText(key, this.#random.between(20, 2_000)) };
    });
  }
}
