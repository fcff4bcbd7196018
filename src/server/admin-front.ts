import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { administrationOf } from '../core/index.js';
import { AdminServer, passwordCredential, Rates } from '../operations/index.js';
import { DirectClient } from '../protocols/amqp/index.js';
import { coreOf } from './core-of.js';
import type { ServerOptions } from './options.js';
import { packageVersion } from './package-version.js';
import type { Front, FrontServices } from './parts.js';
import type { BrokerShell } from './shell.js';
import { translate } from './translate.js';

/** RabbitMQ's version whose answers the admin API gives: the one that AMQP clients are told of. */
const RABBITMQ_VERSION = '4.2.0';
/** Larger messages are refused, as they are by the AMQP front. */
const MOST_MESSAGE_BYTES = 16 * 1024 * 1024;

export function adminFront(shell: BrokerShell, options: ServerOptions, services: FrontServices): Front {
  const core = coreOf(shell);
  return new AdminServer({
    host: shell.host,
    administration: administrationOf(core),
    direct: new DirectClient(shell.host, translate, MOST_MESSAGE_BYTES),
    fronts: () => services.listening.map(({ name, url, front }) => ({ name, url, report: front })),
    traffic: (queue) => core.traffic(queue),
    held: (session) => core.held(session),
    rates: new Rates(),
    passwordCredential: (password) => passwordCredential(password, options.passwordHashing),
    nodeName: `rosettamq@${hostname()}`,
    productVersion: packageVersion(),
    rabbitmqVersion: RABBITMQ_VERSION,
    space: async () => {
      if (options.storage === 'memory') return undefined;
      const { bavail, bsize } = await statfs(resolve(options.dataDir));
      return { freeBytes: bavail * bsize };
    },
    isFull: () => core.full,
    stop: () => services.stop(),
  });
}
