/** One request to the admin API. They are put in this order, to a fresh broker. */
export interface AdminProbe {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Behind `/api/`. */
  readonly path: string;
  readonly body?: unknown;
  /** Why it is answered otherwise than by RabbitMQ, or tells less. */
  readonly why?: string;
}

const STATISTICS = 'internals of RabbitMQ, and statistics that nobody counts here';
const QUEUE = { durable: true, arguments: { 'x-max-length': 100 } };
const POLICY = { pattern: '^a', definition: { 'max-length': 5 }, 'apply-to': 'queues', priority: 1 };
const MESSAGE = { properties: {}, routing_key: 'adm-q', payload: 'hello', payload_encoding: 'string' };

export const adminProbes: readonly AdminProbe[] = [
  { method: 'GET', path: 'overview', why: STATISTICS },
  { method: 'GET', path: 'nodes', why: STATISTICS },
  { method: 'GET', path: 'whoami' },
  { method: 'GET', path: 'cluster-name' },
  { method: 'GET', path: 'extensions', why: 'there is no dashboard that it would extend' },
  { method: 'PUT', path: 'vhosts/adm', body: { description: 'for tests', tags: 'a,b' } },
  { method: 'GET', path: 'vhosts' },
  { method: 'GET', path: 'vhosts/adm' },
  { method: 'PUT', path: 'users/adm-ann', body: { password: 'p', tags: 'management' } },
  { method: 'PUT', path: 'users/adm-ann', body: { password_hash: 'x', tags: '' } },
  { method: 'PUT', path: 'users/adm-bob', body: { password: 'p' } },
  { method: 'GET', path: 'users' },
  { method: 'GET', path: 'users/adm-ann' },
  { method: 'GET', path: 'users/without-permissions' },
  { method: 'PUT', path: 'permissions/adm/adm-ann', body: { configure: '.*', write: '.*', read: '.*' } },
  { method: 'PUT', path: 'permissions/adm/nobody', body: { configure: '.*', write: '.*', read: '.*' } },
  { method: 'GET', path: 'permissions' },
  { method: 'GET', path: 'permissions/adm/adm-ann' },
  { method: 'GET', path: 'vhosts/adm/permissions' },
  { method: 'GET', path: 'users/adm-ann/permissions' },
  { method: 'PUT', path: 'topic-permissions/adm/adm-ann', body: { exchange: 'amq.topic', write: '^a', read: '.*' } },
  { method: 'GET', path: 'topic-permissions/adm/adm-ann' },
  { method: 'DELETE', path: 'topic-permissions/adm/adm-ann' },
  { method: 'PUT', path: 'queues/adm/adm-q', body: QUEUE },
  { method: 'PUT', path: 'queues/adm/adm-q', body: { durable: false } },
  { method: 'PUT', path: 'queues/adm/amq.mine', body: {} },
  { method: 'GET', path: 'queues' },
  { method: 'GET', path: 'queues/adm/adm-q', why: STATISTICS },
  { method: 'GET', path: 'queues/adm?page=1&page_size=1&name=Q&use_regex=true&columns=name' },
  { method: 'GET', path: 'queues/adm?page=9' },
  { method: 'GET', path: 'queues/adm/missing' },
  { method: 'GET', path: 'queues/missing' },
  { method: 'PUT', path: 'exchanges/adm/adm-x', body: { type: 'topic', durable: true } },
  { method: 'PUT', path: 'exchanges/adm/adm-x', body: { type: 'fanout', durable: true } },
  { method: 'GET', path: 'exchanges/adm', why: 'who declared it is not kept' },
  { method: 'GET', path: 'exchanges/adm/adm-x', why: 'who declared it is not kept' },
  { method: 'POST', path: 'bindings/adm/e/adm-x/q/adm-q', body: { routing_key: 'a.#', arguments: {} } },
  { method: 'GET', path: 'bindings/adm' },
  { method: 'GET', path: 'bindings/adm/e/adm-x/q/adm-q' },
  { method: 'GET', path: 'bindings/adm/e/adm-x/q/adm-q/a.%2523' },
  { method: 'GET', path: 'queues/adm/adm-q/bindings' },
  { method: 'GET', path: 'exchanges/adm/adm-x/bindings/source' },
  { method: 'GET', path: 'exchanges/adm/adm-x/bindings/destination' },
  { method: 'POST', path: 'exchanges/adm/amq.default/publish', body: MESSAGE },
  { method: 'POST', path: 'exchanges/adm/missing/publish', body: MESSAGE },
  {
    method: 'POST',
    path: 'queues/adm/adm-q/get',
    body: { count: 1, ackmode: 'ack_requeue_false', encoding: 'auto' },
  },
  { method: 'POST', path: 'queues/adm/adm-q/actions', body: { action: 'sync' } },
  { method: 'DELETE', path: 'queues/adm/adm-q/contents' },
  { method: 'DELETE', path: 'bindings/adm/e/adm-x/q/adm-q/a.%2523' },
  { method: 'PUT', path: 'policies/adm/adm-p', body: POLICY },
  { method: 'PUT', path: 'policies/adm/wrong', body: { ...POLICY, definition: { unknown: 1 } } },
  { method: 'GET', path: 'policies/adm' },
  { method: 'GET', path: 'policies/adm/adm-p' },
  { method: 'DELETE', path: 'policies/adm/adm-p' },
  { method: 'PUT', path: 'operator-policies/adm/adm-o', body: POLICY },
  { method: 'GET', path: 'operator-policies/adm/adm-o' },
  { method: 'PUT', path: 'vhost-limits/adm/max-queues', body: { value: 10 } },
  { method: 'GET', path: 'vhost-limits/adm' },
  { method: 'PUT', path: 'user-limits/adm-ann/max-connections', body: { value: 10 } },
  { method: 'GET', path: 'user-limits/adm-ann' },
  { method: 'GET', path: 'parameters' },
  { method: 'PUT', path: 'parameters/shovel/adm/s', body: { value: {} } },
  { method: 'PUT', path: 'global-parameters/adm-g', body: { value: { a: 1 } } },
  { method: 'GET', path: 'global-parameters/adm-g' },
  { method: 'GET', path: 'connections' },
  { method: 'GET', path: 'connections/missing' },
  { method: 'GET', path: 'channels' },
  { method: 'GET', path: 'consumers' },
  { method: 'GET', path: 'definitions' },
  { method: 'GET', path: 'definitions/adm' },
  { method: 'POST', path: 'definitions', body: { queues: [{ name: 'q', vhost: 'missing' }] } },
  { method: 'GET', path: 'health/checks/alarms' },
  { method: 'GET', path: 'health/checks/local-alarms' },
  { method: 'GET', path: 'health/checks/virtual-hosts' },
  { method: 'GET', path: 'health/checks/port-listener/1' },
  { method: 'GET', path: 'health/checks/protocol-listener/amqp091' },
  { method: 'GET', path: 'health/checks/node-is-quorum-critical' },
  { method: 'GET', path: 'health/checks/certificate-expiration/1/months', why: 'not there yet' },
  { method: 'GET', path: 'aliveness-test/adm' },
  { method: 'GET', path: 'feature-flags', why: 'there are none' },
  { method: 'GET', path: 'auth' },
  { method: 'POST', path: 'users/bulk-delete', body: { users: ['adm-ann', 'missing'] } },
  { method: 'DELETE', path: 'exchanges/adm/adm-x' },
  { method: 'DELETE', path: 'exchanges/adm/amq.direct' },
  { method: 'DELETE', path: 'queues/adm/adm-q' },
  { method: 'DELETE', path: 'users/adm-ann', why: 'the deletion above was refused as a whole' },
  { method: 'DELETE', path: 'users/missing' },
  { method: 'DELETE', path: 'vhosts/adm' },
  { method: 'POST', path: 'overview', body: {} },
];

export function nameOf({ method, path, body }: AdminProbe): string {
  return `${method} /api/${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`;
}
