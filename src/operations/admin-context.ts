import type { Administration, Credential, DirectAccess, FrontReport, Host, QueueTraffic } from '../core/index.js';
import type { Rates } from './statistics/rates.js';

/** A front that listens. */
export interface ListeningFront {
  /** `amqp`, `kafka`, `sqs`, `admin`. */
  readonly name: string;
  readonly url: string;
  readonly report: Partial<FrontReport>;
}

/** What the admin API works on. */
export interface AdminContext {
  readonly host: Host;
  readonly administration: Administration;
  readonly direct: DirectAccess;
  /** Those that listen by now. */
  fronts(): readonly ListeningFront[];
  readonly traffic: (queue: number) => QueueTraffic;
  /** Deliveries of a session that wait to be settled. */
  held(session: number): number;
  /** Of counters that were looked at before. */
  readonly rates: Rates;
  /** Makes the credential of a new password. */
  passwordCredential(password: string): Promise<Credential>;
  /** How the node calls itself, `rosettamq@host`. */
  readonly nodeName: string;
  readonly productVersion: string;
  /** The version of RabbitMQ whose answers these are: tools look at it. */
  readonly rabbitmqVersion: string;
  /** Bytes in use and free where the data lies; undefined when nothing is kept. */
  space(): Promise<{ readonly freeBytes: number } | undefined>;
  /** No room for new messages is left on the device. */
  isFull(): boolean;
  /** Asks for a clean stop. */
  stop(): void;
}
