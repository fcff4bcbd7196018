import type { Stage } from './stage.js';

/** One thing that a client may do, and what RabbitMQ 3.10.8 was seen to answer. */
export interface Situation {
  /** Under which the recorded answers know it. */
  readonly id: string;
  readonly about: string;
  /** Plays it, and tells what arrived: one line for a frame or for a message. */
  play(stage: Stage): Promise<string[]>;
  readonly rabbitmq: readonly string[];
  /** What is answered here where that is something else, and why. */
  readonly ours?: readonly string[];
  readonly why?: string;
}
