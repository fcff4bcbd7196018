import { amqplibSuite } from './amqplib-suite.js';
import { pikaSuite } from './pika-suite.js';
import type { Suite } from './suite.js';

export const suites: readonly Suite[] = [amqplibSuite, pikaSuite];
