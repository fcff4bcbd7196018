import { type Broker, type PartitionState, type TopicInfo } from '../../../core/index.js';
import { DIALECT_KAFKA } from '../../../bytes/index.js';
import { ErrorCode } from '../error-code.js';
import { VIRTUAL_HOST } from '../kafka-options.js';
import { ZERO_UUID } from '../wire/wire-reader.js';
import { DEFAULT_TOPIC_SETTINGS, QUEUE_CONFIG, settingsOf, topicConfig } from './topic-config.js';
import { collisionKey, isLegalTopicName, nameBehindSpelling, spellForKafka } from './topic-name.js';

/** A topic as a request names it, or the error code that says why there is none. */
export type FoundTopic =
  | { readonly topic: TopicInfo; readonly errorCode: 0 }
  | { readonly topic: undefined; readonly errorCode: number };

/** Topics under the names and ids by which Kafka clients know them. */
export class TopicDirectory {
  readonly #broker: Broker;
  readonly #randomUuid: () => string;
  #changedIn = 0;

  /** @param randomUuid a random UUID in its usual spelling */
  constructor(broker: Broker, randomUuid: () => string) {
    this.#broker = broker;
    this.#randomUuid = randomUuid;
  }

  /** The flush that covers every change made here up to now; 0 when there was none. */
  get changedIn(): number {
    return this.#changedIn;
  }

  /** By id when the request carries one, else by name. */
  find(name: string | null, topicId: string = ZERO_UUID): FoundTopic {
    if (topicId !== ZERO_UUID) {
      const handle = this.#broker.findTopicById(topicId);
      if (handle < 0) return { topic: undefined, errorCode: ErrorCode.unknownTopicId };
      return { topic: this.#broker.topic(handle), errorCode: ErrorCode.none };
    }
    const brokerName = name === null ? undefined : nameBehindSpelling(name);
    if (brokerName === undefined) return { topic: undefined, errorCode: ErrorCode.invalidTopic };
    const handle = this.#broker.findTopic(VIRTUAL_HOST, brokerName);
    if (handle >= 0) return { topic: this.#broker.topic(handle), errorCode: ErrorCode.none };
    // A queue that keeps no log is no topic, and no topic can take its name.
    const isQueue = this.#broker.findQueue(VIRTUAL_HOST, brokerName) >= 0;
    return { topic: undefined, errorCode: isQueue ? ErrorCode.invalidTopic : ErrorCode.unknownTopicOrPartition };
  }

  /** Like {@link find} by id only: a zero id is unknown. */
  findById(topicId: string): FoundTopic {
    if (topicId === ZERO_UUID) return { topic: undefined, errorCode: ErrorCode.unknownTopicId };
    return this.find(null, topicId);
  }

  all(): TopicInfo[] {
    return this.#broker.topics(VIRTUAL_HOST).map((handle) => this.#broker.topic(handle));
  }

  spelling(topic: TopicInfo): string {
    return spellForKafka(topic.name);
  }

  /** The partition's handle, or -1 when the topic has no such partition. */
  partitionHandle(topic: TopicInfo, index: number): number {
    return topic.partitionHandles[index] ?? -1;
  }

  partition(topic: TopicInfo, index: number): PartitionState | undefined {
    const handle = this.partitionHandle(topic, index);
    return handle < 0 ? undefined : this.#broker.partition(handle);
  }

  /** The error code that forbids a topic of this name, 0 for none, and what to say about it. */
  creationFault(name: string): { readonly errorCode: number; readonly message: string } | undefined {
    if (!isLegalTopicName(name)) {
      return { errorCode: ErrorCode.invalidTopic, message: `Topic name '${name}' is not legal` };
    }
    if (this.#broker.findTopic(VIRTUAL_HOST, name) >= 0) {
      return { errorCode: ErrorCode.topicAlreadyExists, message: `Topic '${name}' already exists.` };
    }
    if (this.#broker.findQueue(VIRTUAL_HOST, name) >= 0) {
      return { errorCode: ErrorCode.invalidTopic, message: `'${name}' is the name of a queue.` };
    }
    const key = collisionKey(name);
    const other = this.all().find((topic) => collisionKey(topic.name) === key);
    if (other === undefined) return undefined;
    return {
      errorCode: ErrorCode.invalidTopic,
      message: `Topic '${name}' collides with existing topics: ${other.name}`,
    };
  }

  /** Throws BrokerError. */
  remove(topic: TopicInfo): void {
    this.#broker.deleteTopic(topic.handle);
    this.#changedIn = this.#broker.flush;
  }

  /** Adds partitions up to `count`. Throws BrokerError. */
  grow(topic: TopicInfo, count: number): void {
    this.#broker.addPartitions(topic.handle, count - topic.partitionHandles.length);
    this.#changedIn = this.#broker.flush;
  }

  /**
   * Sets the configuration values of a topic, given those set before; what is set no longer goes back to Kafka's
   * default. Throws BrokerError.
   */
  configure(
    topic: TopicInfo,
    before: Readonly<Record<string, string>>,
    values: Readonly<Record<string, string>>,
  ): void {
    const changed = [...new Set([...Object.keys(before), ...Object.keys(values)])].filter(
      (name) => before[name] !== values[name],
    );
    const inForce = Object.fromEntries(
      changed.map((name) => [name, values[name] ?? topicConfig(name)?.fallback ?? '']),
    );
    this.#broker.configureTopic(topic.handle, settingsOf(inForce, {}), { dialect: DIALECT_KAFKA, values });
    this.#changedIn = this.#broker.flush;
  }

  /** Forgets records below `beforeOffset`, or all for -1. Answers the new start of the log. Throws BrokerError. */
  deleteRecords(topic: TopicInfo, index: number, beforeOffset: number): number {
    const start = this.#broker.deleteRecords(this.partitionHandle(topic, index), beforeOffset);
    this.#changedIn = this.#broker.flush;
    return start;
  }

  /** Creates a topic from valid configuration values, or a retained queue when they say so. Throws BrokerError. */
  create(name: string, partitions: number, configs: Readonly<Record<string, string>>): TopicInfo {
    const handle = this.#create(name, partitions, configs);
    this.#changedIn = this.#broker.flush;
    return this.#broker.topic(handle);
  }

  #create(name: string, partitions: number, configs: Readonly<Record<string, string>>): number {
    const settings = settingsOf(configs, DEFAULT_TOPIC_SETTINGS);
    if (configs[QUEUE_CONFIG] === 'true') {
      this.#broker.createQueue(VIRTUAL_HOST, name, {
        durable: true,
        autoDelete: false,
        owner: 0,
        grouped: false,
        retainMs: settings.retentionMs,
        dialect: DIALECT_KAFKA,
        declared: configs,
        settings: {},
      });
      return this.#broker.findTopic(VIRTUAL_HOST, name);
    }
    return this.#broker.createTopic(VIRTUAL_HOST, name, {
      id: this.#randomUuid().replaceAll('-', ''),
      partitions,
      dialect: DIALECT_KAFKA,
      declared: configs,
      settings,
    });
  }
}
