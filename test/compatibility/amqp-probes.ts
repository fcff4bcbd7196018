import { consumeArgumentProbes, exchangeProbes, queueArgumentProbes } from './amqp-declarations.js';
import { methodProbes } from './amqp-methods.js';
import type { AmqpProbe } from './amqp-session.js';

export interface AmqpGroup {
  readonly title: string;
  readonly probes: readonly AmqpProbe[];
}

export const amqpGroups: readonly AmqpGroup[] = [
  { title: 'Methods', probes: methodProbes },
  { title: 'Exchange types and exchanges that are there', probes: exchangeProbes },
  { title: 'Arguments of queue.declare and basic.consume', probes: [...queueArgumentProbes, ...consumeArgumentProbes] },
];

export const amqpProbes: readonly AmqpProbe[] = amqpGroups.flatMap(({ probes }) => probes);
