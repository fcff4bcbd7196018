import { resolve } from 'node:path';
import { KafkaFront, type KafkaListener } from '../protocols/kafka/index.js';
import { coreOf } from './core-of.js';
import type { ServerOptions } from './options.js';
import type { Front, FrontServices } from './parts.js';
import type { BrokerShell } from './shell.js';
import { translate } from './translate.js';

/** One for each broker: it has the groups and what clients may do, and its listeners share them. */
const kafkaFronts = new WeakMap<BrokerShell, KafkaFront>();

export function kafkaFront(shell: BrokerShell, options: ServerOptions): KafkaFront {
  const known = kafkaFronts.get(shell);
  if (known !== undefined) return known;
  const front = newKafkaFront(shell, options);
  kafkaFronts.set(shell, front);
  return front;
}

export function kafkaTlsFront(shell: BrokerShell, options: ServerOptions, { tls }: FrontServices): Front {
  const front = kafkaFront(shell, options);
  let listener: KafkaListener | undefined;
  return {
    listen: async (port, address) => {
      listener = front.withTls(tls!);
      return await listener.listen(port, address);
    },
    stop: async () => await listener?.stop(),
  };
}

function newKafkaFront(shell: BrokerShell, options: ServerOptions): KafkaFront {
  const { storage, dataDir, kafkaTokenKeys: keys } = options;
  const { destinations, users } = coreOf(shell);
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
