import type { AttributeTable } from '../catalog/attribute-value.js';
import { RecordReader, RecordWriter } from '../catalog/record-codec.js';
import type { Binding, ExchangeSettings } from './topology.js';

/**
 * The durable form of exchanges and bindings. Their virtual host, and an exchange's name, stand in the key.
 *
 *   exchange: text type, flag auto-delete, flag internal, table arguments
 *   binding:  text source, flag destination is an exchange, text destination, text routing key, table arguments
 */
const FORMAT = 1;

export function encodeExchange(settings: ExchangeSettings): Uint8Array {
  return new RecordWriter(FORMAT)
    .text(settings.type)
    .flag(settings.autoDelete)
    .flag(settings.internal)
    .table(settings.arguments)
    .finish();
}

/** @throws UnreadableRecord */
export function decodeExchange(value: Uint8Array): ExchangeSettings {
  const reader = new RecordReader(value, FORMAT);
  return {
    type: reader.text(),
    durable: true,
    autoDelete: reader.flag(),
    internal: reader.flag(),
    arguments: reader.table(),
  };
}

/** A binding by names. */
export interface BindingRecord {
  readonly source: string;
  readonly destinationKind: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: AttributeTable;
}

export function encodeBinding(binding: Binding): Uint8Array {
  return new RecordWriter(FORMAT)
    .text(binding.source.name)
    .flag(binding.destination.kind === 'exchange')
    .text(binding.destination.name)
    .text(binding.routingKey)
    .table(binding.arguments)
    .finish();
}

/** @throws UnreadableRecord */
export function decodeBinding(value: Uint8Array): BindingRecord {
  const reader = new RecordReader(value, FORMAT);
  return {
    source: reader.text(),
    destinationKind: reader.flag() ? 'exchange' : 'queue',
    destination: reader.text(),
    routingKey: reader.text(),
    arguments: reader.table(),
  };
}
