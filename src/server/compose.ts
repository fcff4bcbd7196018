import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import {
  administrationOf,
  BrokerCore,
  type DialectTranslation,
  type Quarantined,
  type Translate,
} from '../core/index.js';
import { AdminServer, passwordCredential, Rates } from '../operations/index.js';
import { AmqpServer, amqpTranslation, DirectClient } from '../protocols/amqp/index.js';
import { KafkaFront, kafkaTranslation } from '../protocols/kafka/index.js';
import { SqsFront, sqsTranslation } from '../protocols/sqs/index.js';
import { MemoryEngine, SegmentLogEngine } from '../storage/index.js';
import { BatchOpener } from './batch-opener.js';
import type { ServerOptions } from './options.js';
import { packageVersion } from './package-version.js';
import type { BrokerParts, Front, FrontServices } from './parts.js';
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
      { deliverBeforeSync: true, durability: options.durability },
      services,
      new BatchOpener(translate, (offset, err) =>
        services.log('warn', 'a record batch cannot be opened', { offset, err }),
      ),
    ),
  administration: (shell) => administrationOf(coreOf(shell)),
  fronts: [
    { name: 'amqp', label: 'AMQP 0-9-1', create: (shell) => amqpFront(shell) },
    {
      name: 'kafka',
      label: 'Kafka',
      create: (shell, { defaultUser }) =>
        new KafkaFront(shell.host, shell.groupAccess, translate, { anonymousUser: defaultUser }),
    },
    { name: 'sqs', label: 'SQS', create: (shell) => sqsFront(shell) },
    { name: 'admin', label: 'Admin API', create: (shell, options, services) => adminFront(shell, options, services) },
  ],
};

function amqpFront(shell: BrokerShell): Front {
  const { limits } = administrationOf(coreOf(shell));
  const connectionLimit = (virtualHost: string) => limits.of(virtualHost)['max-connections'];
  return new AmqpServer({ host: shell.host, translate, connectionLimit });
}

function sqsFront(shell: BrokerShell): Front {
  return new SqsFront({ host: shell.host, translate, receiptKey: shell.secret });
}

/** RabbitMQ's version whose answers the admin API gives: the one that AMQP clients are told of. */
const RABBITMQ_VERSION = '4.2.0';
/** Larger messages are refused, as they are by the AMQP front. */
const MOST_MESSAGE_BYTES = 16 * 1024 * 1024;

function adminFront(shell: BrokerShell, options: ServerOptions, services: FrontServices): Front {
  const core = coreOf(shell);
  return new AdminServer({
    host: shell.host,
    administration: administrationOf(core),
    direct: new DirectClient(shell.host, translate, MOST_MESSAGE_BYTES),
    fronts: () => services.listening.map(({ name, url, front }) => ({ name, url, report: front })),
    traffic: (queue) => core.traffic(queue),
    held: (session) => core.held(session),
    rates: new Rates(),
    passwordCredential: (password) => passwordCredential(password, options.passwordHashing),
    nodeName: `rosettamq@${hostname()}`,
    productVersion: packageVersion(),
    rabbitmqVersion: RABBITMQ_VERSION,
    space: async () => {
      if (options.storage === 'memory') return undefined;
      const { bavail, bsize } = await statfs(resolve(options.dataDir));
      return { freeBytes: bavail * bsize };
    },
    isFull: () => core.full,
    stop: () => services.stop(),
  });
}

/** The shell shows the core by the face that the fronts need; administrators need more of it. */
function coreOf({ host }: BrokerShell): BrokerCore {
  if (host.broker instanceof BrokerCore) return host.broker;
  throw new TypeError('the host has another core');
}
