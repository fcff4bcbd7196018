import { channelsAndFrames } from './channels-and-frames.js';
import { consuming } from './consuming.js';
import { exchangesAndPublishing } from './exchanges-and-publishing.js';
import { handshake } from './handshake.js';
import { messages } from './messages.js';
import { queues } from './queues.js';
import type { Situation } from './situation.js';

/** All that a RabbitMQ 3.10.8 was asked and what it answered. */
export const situations: readonly Situation[] = [
  ...handshake,
  ...channelsAndFrames,
  ...queues,
  ...exchangesAndPublishing,
  ...consuming,
  ...messages,
];
