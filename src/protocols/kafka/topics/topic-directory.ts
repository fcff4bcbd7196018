import type { Broker, PartitionState, TopicInfo } from '../../../core/index.js';
import { DIALECT_KAFKA } from '../../../bytes/index.js';
import { ErrorCode } from '../error-code.js';
import { VIRTUAL_HOST } from '../kafka-options.js';
import { ZERO_UUID } from '../wire/wire-reader.js';
import type { ConfigValues, DynamicConfigs } from './dynamic-configs.js';
import {
  DEFAULT_TOPIC_SETTINGS,
  QUEUE_CONFIG,
  settingsOf,
  TOPIC_CONFIGS,
  type TopicConfig,
  TIMESTAMP_AFTER,
  TIMESTAMP_BEFORE,
} from './topic-config.js';
import { REPLICATION_FACTOR } from './topic-config-entries.js';
import { collisionKey, isLegalTopicName, nameBehindSpelling, spellForKafka } from './topic-name.js';

/** A topic as a request names it, or the error code that says why there is none. */
export type FoundTopic =
  | { readonly topic: TopicInfo; readonly errorCode: 0 }
  | { readonly topic: undefined; readonly errorCode: number };

/** Topics under the names and ids by which Kafka clients know them. */
export class TopicDirectory {
  readonly #broker: Broker;
  readonly #randomUuid: () => string;
  readonly #configs: DynamicConfigs;
  #changedIn = 0;

  /** @param randomUuid a random UUID in its usual spelling */
  constructor(broker: Broker, configs: DynamicConfigs, randomUuid: () => string) {
    this.#broker = broker;
    this.#configs = configs;
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
      changed.map((name) => [name, values[name] ?? this.#defaults()[name] ?? TOPIC_CONFIGS.find(name)?.fallback ?? '']),
    );
    const copies = this.replicationFactor(topic);
    const declared = copies === 1 ? values : { ...values, [REPLICATION_FACTOR]: copies };
    this.#broker.configureTopic(topic.handle, settingsOf(inForce, {}), { dialect: DIALECT_KAFKA, values: declared });
    this.#changedIn = this.#broker.flush;
  }

  /** How far the times of records may be from the broker's. */
  timestampLimits(topic: TopicInfo): { readonly beforeMs: number; readonly afterMs: number } {
    const declared = topic.declaredBy.get(DIALECT_KAFKA);
    const common = this.#configs.ofBroker('');
    const limit = ({ name, brokerName = name, fallback }: TopicConfig) =>
      Number(declared?.[name] ?? common[brokerName] ?? fallback);
    return { beforeMs: limit(TIMESTAMP_BEFORE), afterMs: limit(TIMESTAMP_AFTER) };
  }

  /** What was set for all topics while the broker ran, by the broker's names. */
  get brokerDefaults(): ConfigValues {
    return this.#configs.ofBroker('');
  }

  /** The same by the topics' names. */
  #defaults(): ConfigValues {
    const common = this.brokerDefaults;
    return Object.fromEntries(
      TOPIC_CONFIGS.definitions.flatMap(({ name, brokerName = name }) =>
        brokerName in common ? [[name, common[brokerName]]] : [],
      ),
    );
  }

  /**
   * What is set for all topics has changed: those follow that say nothing of it themselves. What another dialect said
   * of anything else stays.
   *
   * @param before {@link brokerDefaults} as they were
   */
  followDefaults(before: ConfigValues): void {
    const now = this.brokerDefaults;
    const changed = TOPIC_CONFIGS.definitions.filter(
      ({ name, brokerName = name }) => before[brokerName] !== now[brokerName],
    );
    for (const topic of this.all()) {
      if (topic.dialect !== DIALECT_KAFKA || topic.queue >= 0) continue;
      const declared = topic.declaredBy.get(DIALECT_KAFKA) ?? {};
      const silent = changed.filter(({ name }) => !(name in declared));
      const values = silent.map(({ name, brokerName = name, fallback }) => [name, now[brokerName] ?? fallback]);
      const settings = settingsOf(Object.fromEntries(values), {});
      if (Object.keys(settings).length === 0) continue;
      this.#broker.configureTopic(topic.handle, settings, { dialect: DIALECT_KAFKA, values: declared });
    }
  }

  /** Forgets records below `beforeOffset`, or all for -1. Answers the new start of the log. Throws BrokerError. */
  deleteRecords(topic: TopicInfo, index: number, beforeOffset: number): number {
    const start = this.#broker.deleteRecords(this.partitionHandle(topic, index), beforeOffset);
    this.#changedIn = this.#broker.flush;
    return start;
  }

  /** On how many nodes a topic's partitions are said to be. */
  replicationFactor(topic: TopicInfo): number {
    const declared = topic.declaredBy.get(DIALECT_KAFKA)?.[REPLICATION_FACTOR];
    return typeof declared === 'number' ? declared : 1;
  }

  /** Creates a topic from valid configuration values, or a retained queue when they say so. Throws BrokerError. */
  create(
    name: string,
    partitions: number,
    configs: Readonly<Record<string, string>>,
    replicationFactor = 1,
  ): TopicInfo {
    const handle = this.#create(name, partitions, configs, replicationFactor);
    this.#changedIn = this.#broker.flush;
    return this.#broker.topic(handle);
  }

  #create(
    name: string,
    partitions: number,
    configs: Readonly<Record<string, string>>,
    replicationFactor: number,
  ): number {
    const declared = replicationFactor === 1 ? configs : { ...configs, [REPLICATION_FACTOR]: replicationFactor };
    const settings = settingsOf({ ...this.#defaults(), ...configs }, DEFAULT_TOPIC_SETTINGS);
    if (configs[QUEUE_CONFIG] === 'true') {
      this.#broker.createQueue(VIRTUAL_HOST, name, {
        durable: true,
        autoDelete: false,
        owner: 0,
        grouped: false,
        retainMs: settings.retentionMs,
        dialect: DIALECT_KAFKA,
        declared,
        settings: {},
      });
      return this.#broker.findTopic(VIRTUAL_HOST, name);
    }
    return this.#broker.createTopic(VIRTUAL_HOST, name, {
      id: this.#randomUuid().replaceAll('-', ''),
      partitions,
      dialect: DIALECT_KAFKA,
      declared,
      settings,
    });
  }
}
