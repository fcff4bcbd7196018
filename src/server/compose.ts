import { resolve } from 'node:path';
import type { DialectTranslation, Quarantined, Translate } from '../core/index.js';
import { AmqpServer, amqpTranslation } from '../protocols/amqp/index.js';
import { KafkaFront, kafkaTranslation } from '../protocols/kafka/index.js';
import { SqsFront, sqsTranslation } from '../protocols/sqs/index.js';
import { MemoryEngine, SegmentLogEngine } from '../storage/index.js';
import { BatchOpener } from './batch-opener.js';
import type { ServerOptions } from './options.js';
import type { BrokerParts, Front, FrontServices } from './parts.js';
import { type BrokerShell, openShell } from './shell.js';
import type { TlsFiles } from './tls-files.js';

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
    { name: 'amqp', label: 'AMQP 0-9-1', create: (shell, options, services) => amqpFront(shell, options, services) },
    {
      name: 'amqps',
      label: 'AMQPS',
      secure: true,
      create: (shell, options, services) => amqpFront(shell, options, services, services.tls),
    },
    {
      name: 'kafka',
      label: 'Kafka',
      create: (shell, { defaultUser }) =>
        new KafkaFront(shell.host, shell.groupAccess, translate, { anonymousUser: defaultUser }),
    },
    { name: 'sqs', label: 'SQS', create: (shell) => sqsFront(shell) },
  ],
};

function amqpFront({ host }: BrokerShell, options: ServerOptions, { knowsUser }: FrontServices, tls?: TlsFiles): Front {
  return new AmqpServer({
    host,
    translate,
    knowsUser,
    identity: { product: options.amqpProduct, version: options.amqpVersion },
    tuning: {
      channelMax: options.amqpChannelMax,
      frameMaxBytes: options.amqpFrameMaxBytes,
      heartbeatSeconds: options.amqpHeartbeatSeconds,
    },
    maxMessageBytes: options.amqpMaxMessageBytes,
    proxyProtocol: options.amqpProxyProtocol === 'on',
    ...(tls !== undefined && { tls: { ...tls, login: options.amqpCertificateLogin } }),
  });
}

function sqsFront(shell: BrokerShell): Front {
  return new SqsFront({ host: shell.host, translate, receiptKey: shell.secret });
}
