import { resolve } from 'node:path';
import type { DialectTranslation, Quarantined, Translate } from '../core/index.js';
import { AmqpServer, amqpTranslation } from '../protocols/amqp/index.js';
import { KafkaFront, kafkaTranslation } from '../protocols/kafka/index.js';
import { type Definitions, SqsFront, sqsTranslation } from '../protocols/sqs/index.js';
import { MemoryEngine, SegmentLogEngine } from '../storage/index.js';
import { BatchOpener } from './batch-opener.js';
import { readConfigFile } from './config-file.js';
import { sqsAccess } from './sqs-access.js';
import { OptionError } from './option-error.js';
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
      create: (shell, { defaultUser }) =>
        new KafkaFront(shell.host, shell.groupAccess, translate, { anonymousUser: defaultUser }),
    },
    { name: 'sqs', label: 'SQS', create: sqsFront },
  ],
};

function sqsFront(shell: BrokerShell, options: ServerOptions): Front {
  const { definitions: file } = options;
  return new SqsFront({
    host: shell.host,
    translate,
    receiptKey: shell.secret,
    account: options.sqsAccount,
    region: options.sqsRegion,
    separation: options.sqsNamespaces,
    cooldowns: options.sqsCooldowns === 'on',
    access: () => sqsAccess(options),
    definitions: file === undefined ? undefined : definitionsIn(file),
  });
}

function definitionsIn(file: string): Definitions {
  return {
    read: () => readConfigFile(file),
    refusal: (reason) => new OptionError(`The definitions file ${file} cannot be applied: ${reason}.`),
  };
}
