import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes, type Producer } from 'kafkajs';
import type { History } from '../history.js';
import { messageText, randomLength } from '../message-text.js';
import type { SeededRandom } from '../seeded-random.js';
import { EVENT_PARTITIONS, EVENTS, logName, patientKafkaClient } from './kafka-client.js';
import { describe } from './load.js';

/** Above the size from which a batch goes to the store by another way. */
const BIGGEST_BODY = 120_000;
/** Sends after which a producer ends and another one begins. */
const SENDS_PER_SESSION = 120;

/**
 * An idempotent producer that lives through the broker's crashes and repeats what was not answered, as its library
 * does. After a while another one takes its place: a source of its own, with a new producer id.
 */
export class KafkaProducers {
  readonly #broker: string;
  readonly #history: History;
  readonly #random: SeededRandom;
  #stopping = false;
  #session = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(broker: string, history: History, random: SeededRandom) {
    this.#broker = broker;
    this.#history = history;
    this.#random = random;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends with the answer to what is under way; the broker must be up. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const source = `kafka-${this.#session++}`;
      const client = patientKafkaClient(this.#broker);
      const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 });
      try {
        await producer.connect();
        let number = 0;
        for (let sends = 0; sends < SENDS_PER_SESSION && !this.#stopping; sends++) {
          number = await this.#send(producer, source, number);
          await sleep(this.#random.between(2, 25));
        }
      } catch (error) {
        // Without a connection it may give up; an answer that it does not accept is another thing.
        if (isAnswer(error)) this.#history.add({ kind: 'wrong', what: `the producer ${source}: ${describe(error)}` });
        await sleep(100);
      } finally {
        await producer.disconnect().catch(() => {});
      }
    }
  }

  /** One request with up to one batch per partition. Returns the next number. */
  async #send(producer: Producer, source: string, from: number): Promise<number> {
    const random = this.#random;
    const history = this.#history;
    const topic = random.chance(0.3) ? 'retained' : EVENTS;
    const retained = topic === 'retained';
    const count = random.between(1, 12);
    const byPartition = new Map<number, string[]>();
    const messages = Array.from({ length: count }, (_, i) => {
      const id = `${source}:${from + i}`;
      const partition = retained ? 0 : random.between(0, EVENT_PARTITIONS - 1);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), id]);
      history.add({ kind: 'sent', id, places: retained ? ['retained'] : [], logs: [topic] });
      return { partition, key: id, value: messageText(id, randomLength(random, BIGGEST_BODY)) };
    });
    const compression = random.chance(0.2) ? CompressionTypes.GZIP : CompressionTypes.None;
    const answers = await producer.send({ topic, acks: -1, compression, messages });
    for (const { topicName, partition, baseOffset } of answers) {
      for (const [i, id] of byPartition.get(partition)!.entries()) {
        history.add({ kind: 'placed', log: logName(topicName, partition), offset: Number(baseOffset) + i, id });
      }
    }
    for (const ids of byPartition.values()) for (const id of ids) history.add({ kind: 'confirmed', id });
    return from + count;
  }
}

/** Is it an error code of the broker's, which its library did not get over by trying again? */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return error.name === 'KafkaJSProtocolError' || (error.cause !== undefined && isAnswer(error.cause));
}
