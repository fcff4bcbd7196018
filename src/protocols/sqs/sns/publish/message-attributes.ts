import type { HeaderValue } from '../../../../core/index.js';
import type { MessageAttribute } from '../../message/message-attribute.js';
import { blob, optional, structure, text, type ValueOf, wrappedMapOf } from '../../wire/shape.js';
import { missing, SnsError } from '../sns-error.js';

export const messageAttributes = wrappedMapOf(
  structure({ DataType: optional(text), StringValue: optional(text), BinaryValue: optional(blob) }),
  'Name',
  'Value',
);

const maxNameBytes = 256;
const dataType = /^(?:String|Number|Binary)(?:\..+)?$/;

function unusable(message: string): SnsError {
  return new SnsError('ParameterValueInvalid', message);
}

/**
 * Checks the attributes of one message; `at`: what stands before them in the parameter's name, for an entry of a batch. Throws ValidationError and
 * ParameterValueInvalid with the service's wording. Their number is not limited here, only for raw delivery to queues.
 */
export function checkAttributes(given: ValueOf<typeof messageAttributes>, at = ''): MessageAttribute[] {
  const attributes: MessageAttribute[] = [];
  for (const [name, { DataType: type, StringValue: string, BinaryValue: binary }] of given) {
    checkName(name);
    if (type === undefined) throw missing(`${at}messageAttributes.${name}.member.dataType`);
    if (!dataType.test(type)) {
      throw unusable(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    const [wanted, value, other] = type.startsWith('Binary') ? ['Binary', binary, string] : ['String', string, binary];
    if (value === undefined && other !== undefined) {
      throw unusable(`The message attribute '${name}' with type '${type}' must use field '${wanted}'.`);
    }
    if (value === undefined || value.length === 0) {
      throw unusable(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    }
    attributes.push({ name, dataType: type, value });
  }
  return attributes;
}

function checkName(name: string): void {
  if (name.startsWith('.')) throw unusable("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.')) throw unusable("Invalid message attribute name ending with character '.' was found.");
  if (name.includes('..')) throw unusable("Message attribute name can not have successive '.' character.");
  if (name === '' || Buffer.byteLength(name) > maxNameBytes) {
    throw unusable(`Length of message attribute name must be less than ${maxNameBytes} bytes.`);
  }
  const odd = /[^A-Za-z0-9_.-]/u.exec(name)?.[0];
  if (odd !== undefined) {
    const code = odd.codePointAt(0)!.toString(16).toUpperCase();
    throw unusable(
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  }
}

/** An attribute as bindings compare it: a Number as the number it is, a String.Array as its items. */
export function headerOf({ dataType: type, value }: MessageAttribute): HeaderValue {
  if (typeof value !== 'string') return value;
  if (type.startsWith('Number')) {
    const number = Number(value);
    return Number.isNaN(number) ? value : number;
  }
  return type === 'String.Array' ? (itemsOf(value) ?? value) : value;
}

function itemsOf(text: string): HeaderValue[] | undefined {
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(items)) return undefined;
  return items.filter((item): item is HeaderValue => item === null || typeof item !== 'object');
}
