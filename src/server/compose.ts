import { resolve } from 'node:path';
import type { BrokerCore, DialectTranslation, Quarantined, Translate } from '../core/index.js';
import { AmqpServer, amqpTranslation } from '../protocols/amqp/index.js';
import { KafkaFront, kafkaTranslation } from '../protocols/kafka/index.js';
import { SqsFront, sqsTranslation } from '../protocols/sqs/index.js';
import { MemoryEngine, SegmentLogEngine } from '../storage/index.js';
import { BatchOpener } from './batch-opener.js';
import type { ServerOptions } from './options.js';
import type { BrokerParts, Front } from './parts.js';
import { type BrokerShell, openShell } from './shell.js';

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
    { name: 'sqs', label: 'SQS', create: (shell) => sqsFront(shell) },
  ],
};

function kafkaFront(shell: BrokerShell, options: ServerOptions): KafkaFront {
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
    autoCreateTopics: options.kafkaAutoCreateTopics === 'on',
    defaultPartitions: options.kafkaDefaultPartitions,
    maxSessionMs: options.kafkaMaxSessionSeconds * 1000,
    ...(keys !== undefined && { bearer: { ...bearer, keys } }),
  });
}

function sqsFront(shell: BrokerShell): Front {
  return new SqsFront({ host: shell.host, translate, receiptKey: shell.secret });
}
