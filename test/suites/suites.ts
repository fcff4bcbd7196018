import { amqplibSuite } from './amqplib-suite.js';
import { javaSuite } from './java-suite.js';
import { kafkajsSuite } from './kafkajs-suite.js';
import { pikaSuite } from './pika-suite.js';
import type { Suite } from './suite.js';

export const suites: readonly Suite[] = [amqplibSuite, pikaSuite, javaSuite, kafkajsSuite];
