/** What `import … from 'rosettamq'` gives. */
export { type BrokerOptions, createBroker, type EmbeddedBroker } from './create-broker.js';
export type { Logger } from './logger.js';
export { OptionError } from './option-error.js';
export type { ServerOptions } from './options.js';
export { StartError } from './start-error.js';
