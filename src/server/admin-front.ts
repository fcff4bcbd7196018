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

export function adminFront(shell: BrokerShell, options: ServerOptions, services: FrontServices): Front {
  const core = coreOf(shell);
  return new AdminServer({
    host: shell.host,
    administration: administrationOf(core),
    direct: new DirectClient(shell.host, translate, options.amqpMaxMessageBytes),
    fronts: () => services.listening.map(({ name, url, front }) => ({ name, url, report: front })),
    traffic: (queue) => core.traffic(queue),
    held: (session) => core.held(session),
    rates: new Rates(),
    passwordCredential: (password) => passwordCredential(password, options.passwordHashing),
    nodeName: `rosettamq@${hostname()}`,
    productVersion: packageVersion(),
    rabbitmqVersion: options.amqpVersion,
    space: async () => {
      if (options.storage === 'memory') return undefined;
      const { bavail, bsize } = await statfs(resolve(options.dataDir));
      return { freeBytes: bavail * bsize };
    },
    isFull: () => core.full,
    stop: () => services.stop(),
  });
}
