import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes } from 'kafkajs';
import type { History } from '../history.js';
import type { SeededRandom } from '../seeded-random.js';
import { kafkaClient, patientKafkaClient, STATE } from './kafka-client.js';

const KEYS = 12;
const SENDS_PER_SESSION = 100;

/**
 * Writes numbers that rise under a few keys of a topic that is compacted all the time, through the broker's crashes. What
 * is not answered is written again by the library.
 */
export class KafkaState {
  readonly #broker: string;
  readonly #history: History;
  readonly #random: SeededRandom;
  #stopping = false;
  #number = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(broker: string, history: History, random: SeededRandom) {
    this.#broker = broker;
    this.#history = history;
    this.#random = random;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends what is under way, and notes what the topic holds. The broker must be up. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await this.#write(1);
    await this.#readOut(limitMs);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#write(SENDS_PER_SESSION);
      } catch {
        // Cut off, it gives up sooner or later; what was not answered may or may not be there.
        await sleep(50);
      }
    }
  }

  async #write(sends: number): Promise<void> {
    const producer = patientKafkaClient(this.#broker).producer({ idempotent: true, maxInFlightRequests: 1 });
    try {
      await producer.connect();
      for (let i = 0; i < sends && (i === 0 || !this.#stopping); i++) {
        const messages = Array.from({ length: this.#random.between(1, 4) }, () => {
          const key = `k${this.#random.between(0, KEYS - 1)}`;
          return { partition: 0, key, value: String(++this.#number) };
        });
        for (const { key, value } of messages) this.#history.add({ kind: 'state sent', key, number: Number(value) });
        const compression = this.#random.chance(0.5) ? CompressionTypes.GZIP : CompressionTypes.None;
        const [{ baseOffset }] = await producer.send({ topic: STATE, acks: -1, compression, messages });
        for (const [place, { key, value }] of messages.entries()) {
          const offset = Number(baseOffset) + place;
          this.#history.add({ kind: 'state', key, number: Number(value), offset });
        }
        await sleep(this.#random.between(2, 20));
      }
    } finally {
      await producer.disconnect().catch(() => {});
    }
  }

  async #readOut(limitMs: number): Promise<void> {
    const admin = kafkaClient(this.#broker).admin();
    await admin.connect();
    const [{ high }] = await admin.fetchTopicOffsets(STATE);
    await admin.disconnect();
    const consumer = kafkaClient(this.#broker).consumer({ groupId: `state-${this.#history.count}` });
    await consumer.connect();
    await consumer.subscribe({ topics: [STATE], fromBeginning: true });
    const ended = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), limitMs).unref();
      void consumer.run({
        autoCommit: false,
        eachMessage: ({ message: { key, value, offset } }) => {
          this.#history.add({ kind: 'state found', key: String(key), number: Number(value), offset: Number(offset) });
          if (Number(offset) + 1 >= Number(high)) resolve(true);
          return Promise.resolve();
        },
      });
    });
    const isWhole = await ended;
    await consumer.disconnect();
    if (!isWhole) throw new Error(`the end of ${STATE} was not reached in ${limitMs} ms`);
  }
}
