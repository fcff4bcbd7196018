import { crc32c } from '../../bytes/index.js';
import type { Binding, Broker, Declared, DeclaredValue, HeaderValue } from '../../core/index.js';
import type { Item } from '../http/listing.js';

/** A binding of a virtual host; those of the default exchange are made up, one for each queue. */
export interface PlacedBinding extends Binding {
  readonly virtualHost: string;
}

/** How the paths name the default exchange. */
const DEFAULT_EXCHANGE = 'amq.default';

export function exchangeInPath(name: string): string {
  return name === DEFAULT_EXCHANGE ? '' : name;
}

const NO_ARGUMENTS = new Map<string, HeaderValue>();

/** All bindings of a virtual host, with the implicit ones to the queues of these names. */
export function bindingsIn(broker: Broker, virtualHost: string, queues: readonly string[]): PlacedBinding[] {
  const implicit = queues.map((name): PlacedBinding => {
    return { virtualHost, source: '', destination: name, kind: 'queue', routingKey: name, arguments: NO_ARGUMENTS };
  });
  return [...implicit, ...broker.bindings(virtualHost).map((binding) => ({ ...binding, virtualHost }))];
}

export function bindingItem(binding: PlacedBinding): Item {
  return {
    source: binding.source,
    vhost: binding.virtualHost,
    destination: binding.destination,
    destination_type: binding.kind,
    routing_key: binding.routingKey,
    arguments: plainTable(binding.arguments),
    properties_key: propertiesKey(binding),
  };
}

/**
 * What tells bindings between the same two ends apart: the routing key as a form would encode it, and a digest of the
 * arguments if there are any. Tools take it as it is.
 */
export function propertiesKey({ routingKey, arguments: args }: Binding): string {
  const key = encodeURIComponent(routingKey)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*~]/g, (sign) => `%${sign.codePointAt(0)!.toString(16).toUpperCase()}`);
  if (args.size === 0) return key === '' ? '~' : key;
  const entries = [...args]
    .map(([name, value]) => [name, plainValue(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = Buffer.from(JSON.stringify(entries));
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(crc32c(text, 0, text.length));
  return `${key}~${digest.toString('base64url')}`;
}

export function plainTable(table: ReadonlyMap<string, HeaderValue>): Declared {
  return Object.fromEntries([...table].map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: HeaderValue): DeclaredValue {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Map) return plainTable(value as ReadonlyMap<string, HeaderValue>);
  if (Array.isArray(value)) return value.map(plainValue);
  return value as string | number | boolean | null;
}
