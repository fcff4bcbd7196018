import { administrationOf } from '../core/index.js';
import { AmqpServer } from '../protocols/amqp/index.js';
import { coreOf } from './core-of.js';
import type { ServerOptions } from './options.js';
import type { Front, FrontServices } from './parts.js';
import type { BrokerShell } from './shell.js';
import type { TlsFiles } from './tls-files.js';
import { translate } from './translate.js';

export function amqpFront(
  shell: BrokerShell,
  options: ServerOptions,
  { knowsUser }: FrontServices,
  tls?: TlsFiles,
): Front {
  const { limits } = administrationOf(coreOf(shell));
  return new AmqpServer({
    host: shell.host,
    translate,
    knowsUser,
    connectionLimit: (virtualHost) => limits.of(virtualHost)['max-connections'],
    identity: { product: options.amqpProduct, version: options.amqpVersion },
    tuning: {
      channelMax: options.amqpChannelMax,
      frameMaxBytes: options.amqpFrameMaxBytes,
      heartbeatSeconds: options.amqpHeartbeatSeconds,
    },
    maxMessageBytes: options.amqpMaxMessageBytes,
    proxyProtocol: options.amqpProxyProtocol === 'on',
    ...(tls !== undefined && { tls: { ...tls, login: options.amqpCertificateLogin } }),
  });
}
