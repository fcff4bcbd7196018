import { resolve } from 'node:path';
import { administrationOf, type Quarantined } from '../core/index.js';
import { MemoryEngine, SegmentLogEngine } from '../storage/index.js';
import { adminFront } from './admin-front.js';
import { amqpFront } from './amqp-front.js';
import { BatchOpener } from './batch-opener.js';
import { coreOf } from './core-of.js';
import { kafkaFront, kafkaTlsFront } from './kafka-fronts.js';
import type { BrokerParts } from './parts.js';
import { type BrokerShell, openShell } from './shell.js';
import { sqsFront } from './sqs-front.js';
import { translate } from './translate.js';

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
    { name: 'amqp', label: 'AMQP 0-9-1', create: amqpFront },
    {
      name: 'amqps',
      label: 'AMQPS',
      secure: true,
      create: (shell, options, services) => amqpFront(shell, options, services, services.tls),
    },
    { name: 'kafka', label: 'Kafka', create: kafkaFront },
    { name: 'kafkaTls', label: 'Kafka TLS', secure: true, create: kafkaTlsFront },
    { name: 'sqs', label: 'SQS', create: sqsFront },
    { name: 'admin', label: 'Admin API', create: adminFront },
  ],
};
