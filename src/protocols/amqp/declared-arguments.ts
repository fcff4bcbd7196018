import type { Declared, DeclaredValue } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import type { FieldTable, FieldValue } from './field-table.js';

/** What Erlang calls the types, for reply texts that quote RabbitMQ's. */
const typeNames: Readonly<Record<FieldValue['type'], string>> = {
  t: 'bool',
  b: 'byte',
  B: 'unsignedbyte',
  s: 'short',
  u: 'unsignedshort',
  I: 'signedint',
  i: 'unsignedint',
  l: 'long',
  L: 'long',
  f: 'float',
  d: 'double',
  D: 'decimal',
  S: 'longstr',
  x: 'binary',
  A: 'array',
  T: 'timestamp',
  F: 'table',
  V: 'void',
};

const integerTypes = new Set<string>(['b', 'B', 's', 'u', 'I', 'i', 'l', 'L']);
const floatTypes = new Set<string>(['f', 'd']);

export function typeName(field: FieldValue): string {
  return typeNames[field.type];
}

/** The field as an integer; undefined when it is of another type. */
export function integerOf(field: FieldValue): number | undefined {
  return integerTypes.has(field.type) && 'value' in field ? Number(field.value) : undefined;
}

export function textOf(field: FieldValue): string | undefined {
  return field.type === 'S' ? field.value.toString('utf8') : undefined;
}

/** Arguments as they are kept: their values, and beside them the type letters, which equivalence depends on. */
export interface KeptArguments {
  readonly arguments: Declared;
  readonly argumentTypes: Readonly<Record<string, string>>;
}

export function keepArguments(table: FieldTable): KeptArguments {
  const values: Record<string, DeclaredValue> = {};
  const types: Record<string, string> = {};
  for (const [key, field] of table) {
    values[key] = plainValue(field);
    types[key] = field.type;
  }
  return { arguments: values, argumentTypes: types };
}

function plainValue(field: FieldValue): DeclaredValue {
  switch (field.type) {
    case 'V':
      return null;
    case 'S':
      return field.value.toString('utf8');
    case 'x':
      return field.value.toString('base64');
    case 'l':
    case 'L':
    case 'T':
      return Number.isSafeInteger(Number(field.value)) ? Number(field.value) : String(field.value);
    case 'D':
      return field.value / 10 ** field.scale;
    case 'A':
      return field.value.map(plainValue);
    case 'F':
      return Object.fromEntries([...field.value].map(([key, value]) => [key, plainValue(value)]));
    default:
      return field.value;
  }
}

/** The arguments that were kept in what a dialect declared. */
export function keptArguments(declared: Declared): KeptArguments {
  const { arguments: values, argumentTypes } = declared as Partial<Record<keyof KeptArguments, object>>;
  return { arguments: { ...values }, argumentTypes: { ...argumentTypes } };
}

/**
 * Compares one argument of a declaration with what was declared first. Integers are equal across widths, an integer and
 * a floating point number never are. @throws ChannelError 406 in RabbitMQ's words; `resource` as {@link named} gives it
 */
export function assertArgumentEquivalent(
  key: string,
  received: KeptArguments,
  current: KeptArguments,
  resource: string,
): void {
  const left = received.arguments[key];
  const right = current.arguments[key];
  if (left === undefined && right === undefined) return;
  if (left === undefined || right === undefined) {
    throw inequivalent(key, resource, describe(received, key), describe(current, key));
  }
  const sameClass = typeClass(received.argumentTypes[key]) === typeClass(current.argumentTypes[key]);
  if (sameClass && JSON.stringify(left) === JSON.stringify(right)) return;
  throw inequivalent(key, resource, `'${shown(left)}'`, `'${shown(right)}'`);
}

export function assertFlagEquivalent(key: string, received: boolean, current: boolean, resource: string): void {
  if (received !== current) throw inequivalent(key, resource, `'${received}'`, `'${current}'`);
}

export function inequivalent(key: string, resource: string, received: string, current: string): ChannelError {
  return new ChannelError(
    'PRECONDITION_FAILED',
    `inequivalent arg '${key}' for ${resource}: received ${received} but current is ${current}`,
  );
}

function typeClass(type: string): string {
  if (integerTypes.has(type)) return 'integer';
  return floatTypes.has(type) ? 'float' : type;
}

function describe(kept: KeptArguments, key: string): string {
  const value = kept.arguments[key];
  if (value === undefined) return 'none';
  return `the value '${shown(value)}' of type '${typeNames[kept.argumentTypes[key] as FieldValue['type']]}'`;
}

function shown(value: DeclaredValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
