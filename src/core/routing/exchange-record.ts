import type { Declared, HeaderValues } from '../broker.js';
import { ValueReader, ValueWriter } from '../group/value-codec.js';
import type { HashSource } from './consistent-hash-index.js';
import { readHeaderValues, writeHeaderValues } from './header-value-codec.js';
import type { ExchangeBinding, ExchangeSettings } from './topology.js';

/**
 * The durable form of exchanges and bindings. Their virtual host, and an exchange's name, stand in the key.
 *
 *   exchange: format, text type, flags, text alternate or null, text hashed header or null, text hashed property or
 *             null, text what was declared (JSON), text type of a delayed exchange or null
 *   binding:  format, text source, flags, text destination, text routing key, table arguments
 */
const FORMAT = 1;

const AUTO_DELETE = 1;
const INTERNAL = 2;
const TO_EXCHANGE = 1;

export function encodeExchange(settings: ExchangeSettings): Uint8Array {
  const { hash } = settings;
  return new ValueWriter()
    .byte(FORMAT)
    .text(settings.type)
    .byte((settings.autoDelete ? AUTO_DELETE : 0) | (settings.internal ? INTERNAL : 0))
    .nullableText(settings.alternate ?? null)
    .nullableText(hash !== undefined && 'header' in hash ? hash.header : null)
    .nullableText(hash !== undefined && 'property' in hash ? hash.property : null)
    .text(JSON.stringify(settings.declared))
    .nullableText(settings.delayedType ?? null)
    .finish();
}

/** @throws RangeError when the value is of a newer format or damaged */
export function decodeExchange(value: Uint8Array): ExchangeSettings {
  const reader = readerOf(value);
  const type = reader.text();
  const flags = reader.byte();
  const alternate = reader.nullableText() ?? undefined;
  const hash = hashSource(reader.nullableText(), reader.nullableText());
  const declared = JSON.parse(reader.text()) as Declared;
  const delayedType = reader.nullableText() ?? undefined;
  reader.end();
  const autoDelete = (flags & AUTO_DELETE) !== 0;
  return {
    type,
    durable: true,
    autoDelete,
    internal: (flags & INTERNAL) !== 0,
    alternate,
    hash,
    declared,
    delayedType,
  };
}

/** A binding by names. */
export interface BindingRecord {
  readonly source: string;
  readonly destinationKind: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: HeaderValues;
}

export function encodeBinding(binding: ExchangeBinding): Uint8Array {
  const writer = new ValueWriter()
    .byte(FORMAT)
    .text(binding.source.name)
    .byte(binding.destination.kind === 'exchange' ? TO_EXCHANGE : 0)
    .text(binding.destination.name)
    .text(binding.routingKey);
  writeHeaderValues(writer, binding.arguments);
  return writer.finish();
}

/** @throws RangeError when the value is of a newer format or damaged */
export function decodeBinding(value: Uint8Array): BindingRecord {
  const reader = readerOf(value);
  const record: BindingRecord = {
    source: reader.text(),
    destinationKind: (reader.byte() & TO_EXCHANGE) !== 0 ? 'exchange' : 'queue',
    destination: reader.text(),
    routingKey: reader.text(),
    arguments: readHeaderValues(reader),
  };
  reader.end();
  return record;
}

function hashSource(header: string | null, property: string | null): HashSource | undefined {
  if (header !== null) return { header };
  return property === null ? undefined : { property };
}

function readerOf(value: Uint8Array): ValueReader {
  const reader = new ValueReader(value);
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`stored exchange or binding of format ${format}, known is ${FORMAT}`);
  return reader;
}
