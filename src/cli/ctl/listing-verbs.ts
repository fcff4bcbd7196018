import { CtlError, EXIT } from './ctl-error.js';
import { part, type Verb, type VerbCall } from './verb.js';

type Item = Readonly<Record<string, unknown>>;

/** A verb that lists things: a path of the admin API, and which of its fields can be columns. */
interface Listing {
  readonly name: string;
  readonly path: (call: VerbCall) => string;
  readonly intro: (call: VerbCall) => string;
  /** Shown when none is asked for. */
  readonly usual: readonly string[];
  /** The others that may be asked for. */
  readonly further: readonly string[];
  /** Where a column is not the field of the same name. */
  readonly fields?: Readonly<Record<string, (item: Item) => unknown>>;
  /** Arguments before the columns. */
  readonly arguments?: readonly string[];
  readonly missing?: (call: VerbCall) => CtlError;
}

const VIRTUAL_HOST_MISSING = (call: VerbCall): CtlError =>
  new CtlError(EXIT.unavailable, `Virtual host ${call.virtualHost} does not exist`);

const LISTINGS: readonly Listing[] = [
  {
    name: 'list_queues',
    path: ({ virtualHost }) => `queues/${part(virtualHost)}`,
    intro: ({ virtualHost }) => `Listing queues for vhost ${virtualHost} ...`,
    usual: ['name', 'messages'],
    further: [
      ...['durable', 'auto_delete', 'exclusive', 'arguments', 'type', 'state', 'policy', 'operator_policy'],
      ...[
        'effective_policy_definition',
        'consumers',
        'messages_ready',
        'messages_unacknowledged',
        'message_bytes_ready',
      ],
    ],
  },
  {
    name: 'list_exchanges',
    path: ({ virtualHost }) => `exchanges/${part(virtualHost)}`,
    intro: ({ virtualHost }) => `Listing exchanges for vhost ${virtualHost} ...`,
    usual: ['name', 'type'],
    further: ['durable', 'auto_delete', 'internal', 'arguments', 'policy'],
  },
  {
    name: 'list_bindings',
    path: ({ virtualHost }) => `bindings/${part(virtualHost)}`,
    intro: ({ virtualHost }) => `Listing bindings for vhost ${virtualHost}...`,
    usual: ['source_name', 'source_kind', 'destination_name', 'destination_kind', 'routing_key', 'arguments'],
    further: ['vhost'],
    fields: {
      source_name: ({ source }) => source,
      source_kind: () => 'exchange',
      destination_name: ({ destination }) => destination,
      destination_kind: ({ destination_type: type }) => type,
    },
  },
  {
    name: 'list_connections',
    path: () => 'connections',
    intro: () => 'Listing connections ...',
    usual: ['user', 'peer_host', 'peer_port', 'state'],
    further: [
      ...['name', 'host', 'port', 'ssl', 'protocol', 'auth_mechanism', 'channels', 'channel_max', 'vhost', 'timeout'],
      ...['frame_max', 'client_properties', 'connected_at', 'recv_oct', 'send_oct', 'node'],
    ],
  },
  {
    name: 'list_channels',
    path: () => 'channels',
    intro: () => 'Listing channels ...',
    usual: ['name', 'user', 'consumer_count', 'messages_unacknowledged'],
    further: ['number', 'vhost', 'confirm', 'transactional', 'prefetch_count', 'global_prefetch_count', 'node'],
  },
  {
    name: 'list_consumers',
    path: ({ virtualHost }) => `consumers/${part(virtualHost)}`,
    intro: ({ virtualHost }) => `Listing consumers in vhost ${virtualHost} ...`,
    usual: ['queue_name', 'channel_name', 'consumer_tag', 'ack_required', 'prefetch_count', 'active', 'arguments'],
    further: ['exclusive', 'activity_status'],
    fields: {
      queue_name: ({ queue }) => (queue as Item)['name'],
      channel_name: ({ channel_details: channel }) => (channel as Item)['name'],
    },
  },
  {
    name: 'list_users',
    path: () => 'users',
    intro: () => 'Listing users ...',
    usual: ['user', 'tags'],
    further: [],
    fields: { user: ({ name }) => name },
  },
  {
    name: 'list_vhosts',
    path: () => 'vhosts',
    intro: () => 'Listing vhosts ...',
    usual: ['name'],
    further: ['description', 'tags', 'tracing', 'default_queue_type', 'cluster_state'],
  },
  {
    name: 'list_permissions',
    path: ({ virtualHost }) => `vhosts/${part(virtualHost)}/permissions`,
    intro: ({ virtualHost }) => `Listing permissions for vhost "${virtualHost}" ...`,
    usual: ['user', 'configure', 'write', 'read'],
    further: [],
  },
  {
    name: 'list_user_permissions',
    arguments: ['username'],
    path: ({ args }) => `users/${part(args[0]!)}/permissions`,
    intro: ({ args }) => `Listing permissions for user "${args[0]}" ...`,
    usual: ['vhost', 'configure', 'write', 'read'],
    further: [],
    missing: ({ args }) => new CtlError(EXIT.noUser, `User "${args[0]}" does not exist`),
  },
  {
    name: 'list_topic_permissions',
    path: ({ virtualHost }) => `vhosts/${part(virtualHost)}/topic-permissions`,
    intro: ({ virtualHost }) => `Listing topic permissions for vhost "${virtualHost}" ...`,
    usual: ['user', 'exchange', 'write', 'read'],
    further: [],
  },
  {
    name: 'list_policies',
    path: ({ virtualHost }) => `policies/${part(virtualHost)}`,
    intro: ({ virtualHost }) => `Listing policies for vhost "${virtualHost}" ...`,
    usual: ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
    further: [],
  },
  {
    name: 'list_operator_policies',
    path: ({ virtualHost }) => `operator-policies/${part(virtualHost)}`,
    intro: ({ virtualHost }) => `Listing operator policy overrides for vhost "${virtualHost}" ...`,
    usual: ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
    further: [],
  },
];

function verbOf(listing: Listing): Verb {
  const { name, usual, further, fields = {}, arguments: named = [], missing = VIRTUAL_HOST_MISSING } = listing;
  return {
    name,
    usage: [...named.map((argument) => `<${argument}>`), ...(further.length > 0 ? ['[<column> ...]'] : [])].join(' '),
    least: named.length,
    most: further.length > 0 ? Number.POSITIVE_INFINITY : named.length,
    intro: listing.intro,
    run: async (call) => {
      const asked = call.args.slice(named.length);
      const unknown = asked.filter((column) => !usual.includes(column) && !further.includes(column));
      if (unknown.length > 0) throw new CtlError(EXIT.usage, `Info key(s) ${unknown.join(',')} are not supported`);
      const columns = asked.length > 0 ? asked : usual;
      const items = await call.client.expect('GET', listing.path(call), undefined, { 404: missing(call) });
      const rows = (items as readonly Item[]).map((item) =>
        columns.map((column) => (fields[column] === undefined ? item[column] : fields[column](item))),
      );
      return { columns, rows };
    },
  };
}

export const listingVerbs: readonly Verb[] = LISTINGS.map(verbOf);
