import { resolve } from 'node:path';
import type { BrokerCore, DialectTranslation, Quarantined, Translate } from '../core/index.js';
import { AmqpServer, amqpTranslation } from '../protocols/amqp/index.js';
import { KafkaFront, type KafkaListener, kafkaTranslation } from '../protocols/kafka/index.js';
import { SqsFront, sqsTranslation } from '../protocols/sqs/index.js';
import { MemoryEngine, SegmentLogEngine } from '../storage/index.js';
import { BatchOpener } from './batch-opener.js';
import { OptionError } from './option-error.js';
import type { ServerOptions } from './options.js';
import type { BrokerParts, Front } from './parts.js';
import { type BrokerShell, openShell } from './shell.js';
import { readTlsFiles } from './tls-files.js';

const translations = new Map<number, DialectTranslation>(
  [amqpTranslation, kafkaTranslation, sqsTranslation].map((translation) => [translation.dialect, translation]),
);

/** Any dialect's message in the neutral form. */
const translate: Translate = (dialect, envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd) =>
  translations.get(dialect)!.toPivot(envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd);

/** The parts of the product. */
export const parts: BrokerParts<BrokerShell> = {
  createEngine: ({ storage, dataDir }, log) => {
    if (storage === 'memory') return new MemoryEngine();
    const onDamage = (damage: Quarantined) => log('error', 'a damaged part of the store was set aside', { ...damage });
    return new SegmentLogEngine({ directory: resolve(dataDir), onDamage });
  },
  openShell: (engine, options, services) =>
    openShell(
      engine,
      { deliverBeforeSync: true, defaultUser: options.defaultUser, durability: options.durability },
      services,
      new BatchOpener(translate, (offset, err) =>
        services.log('warn', 'a record batch cannot be opened', { offset, err }),
      ),
    ),
  fronts: [
    { name: 'amqp', label: 'AMQP 0-9-1', create: ({ host }) => new AmqpServer({ host, translate }) },
    {
      name: 'kafka',
      label: 'Kafka',
      create: (shell, options) => kafkaFront(shell, options),
    },
    { name: 'kafkaTls', label: 'Kafka TLS', create: (shell, options) => kafkaTlsFront(shell, options) },
    { name: 'sqs', label: 'SQS', create: (shell) => sqsFront(shell) },
  ],
};

/** One for each broker: it has the groups and what clients may do, and its listeners share them. */
const kafkaFronts = new WeakMap<BrokerShell, KafkaFront>();

function kafkaFront(shell: BrokerShell, options: ServerOptions): KafkaFront {
  const known = kafkaFronts.get(shell);
  if (known !== undefined) return known;
  const front = newKafkaFront(shell, options);
  kafkaFronts.set(shell, front);
  return front;
}

function kafkaTlsFront(shell: BrokerShell, options: ServerOptions): Front {
  const front = kafkaFront(shell, options);
  let listener: KafkaListener | undefined;
  return {
    listen: async (port, address) => {
      const tls = await readTlsFiles(options);
      if (tls === undefined) throw new OptionError('--kafka-tls-port needs --tls-cert and --tls-key.');
      listener = front.withTls(tls);
      return await listener.listen(port, address);
    },
    stop: async () => await listener?.stop(),
  };
}

function newKafkaFront(shell: BrokerShell, options: ServerOptions): KafkaFront {
  const { storage, dataDir, kafkaTokenKeys: keys } = options;
  const { destinations, users } = shell.broker as BrokerCore;
  const directory = storage === 'memory' ? undefined : resolve(dataDir);
  const sizeBytes = (partition: number) => shell.partitionBytes(partition);
  const stores = { settings: destinations.settings, users, sizeBytes, directory };
  const bearer = {
    audience: options.kafkaTokenAudience,
    issuer: options.kafkaTokenIssuer,
    userClaim: options.kafkaTokenUserClaim,
  };
  return new KafkaFront(shell.host, shell.groupAccess, stores, translate, {
    anonymousUser: options.kafkaAnonymous === 'off' ? undefined : options.defaultUser,
    anonymousFromAnywhere: options.kafkaAnonymous === 'anywhere',
    advertisedHost: options.kafkaAdvertisedHost,
    advertisedPort: options.kafkaAdvertisedPort,
    nodes: options.kafkaVirtualBrokers,
    firstNodeId: options.kafkaNodeId,
    autoCreateTopics: options.kafkaAutoCreateTopics === 'on',
    defaultPartitions: options.kafkaDefaultPartitions,
    maxSessionMs: options.kafkaMaxSessionSeconds * 1000,
    ...(keys !== undefined && { bearer: { ...bearer, keys } }),
  });
}

function sqsFront(shell: BrokerShell): Front {
  return new SqsFront({ host: shell.host, translate, receiptKey: shell.secret });
}
