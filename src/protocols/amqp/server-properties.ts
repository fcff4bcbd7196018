import { tableOf } from './field-of.js';
import type { FieldTable } from './field-table.js';

/** Who the broker says it is in connection.start. */
export interface Identity {
  /** What clients branch on: some enable features only for `RabbitMQ` of a certain version. */
  readonly product: string;
  readonly version: string;
  readonly platform: string;
  readonly clusterName: string;
}

/**
 * Libraries compare product and version to decide how to use prefetch, confirms and test features. 4.2.0 is the
 * version whose documented behaviour this front follows.
 */
export const defaultIdentity: Identity = {
  product: 'RabbitMQ',
  version: '4.2.0',
  platform: 'RosettaMQ',
  clusterName: 'rosettamq',
};

export function serverProperties(identity: Identity): FieldTable {
  return tableOf({
    capabilities: {
      publisher_confirms: true,
      exchange_exchange_bindings: true,
      'basic.nack': true,
      consumer_cancel_notify: true,
      'connection.blocked': true,
      consumer_priorities: true,
      authentication_failure_close: true,
      per_consumer_qos: true,
      direct_reply_to: true,
    },
    cluster_name: identity.clusterName,
    copyright: 'Copyright (c) the RosettaMQ authors',
    information: 'Licensed under Apache-2.0',
    platform: identity.platform,
    product: identity.product,
    version: identity.version,
  });
}
