/** The AMQP 0-9-1 front, as the composition root sees it. */
export { AmqpServer, type AmqpServerOptions } from './amqp-server.js';
export { amqpTranslation } from './to-pivot.js';
