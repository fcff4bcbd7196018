/** The AMQP 0-9-1 front, as the composition root sees it. */
export { AmqpServer, type AmqpServerOptions } from './amqp-server.js';
export { DirectClient } from './direct-client.js';
export { amqpTranslation } from './to-pivot.js';
