import { invalidParameter, ServiceError } from '../wire/service-error.js';
import { blob, listOf, mapOf, structure, text, optional, required, type ValueOf } from '../wire/shape.js';

/** MessageAttributeValue and MessageSystemAttributeValue of the service model. The list values were never put to use by the service. */
export const messageAttributeValue = structure({
  StringValue: optional(text),
  BinaryValue: optional(blob),
  StringListValues: optional(listOf(text), 'StringListValue'),
  BinaryListValues: optional(listOf(blob), 'BinaryListValue'),
  DataType: required(text),
});

export const messageAttributes = mapOf(messageAttributeValue);

/** A checked attribute: text for String and Number, bytes for Binary. */
export interface MessageAttribute {
  readonly name: string;
  /** With its custom label, as in `Number.int`. */
  readonly dataType: string;
  readonly value: string | Uint8Array;
}

const maxAttributes = 10;
const maxNameBytes = 256;
const maxTraceLength = 1024;
// Beside what is documented the service takes Latin letters with marks.
const nameCharacters = /^[\u00c0-\u017fA-Za-z0-9_.-]+$/;
const reservedName = /^(?:aws\.|amazon\.)/i;
const typeName = /^(?:String|Number|Binary)(?:\..+)?$/;
const number = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** Checks the message attributes of one message. Throws {@link ServiceError} with the service's wording. */
export function checkMessageAttributes(
  given: ReadonlyMap<string, ValueOf<typeof messageAttributeValue>>,
): MessageAttribute[] {
  if (given.size === 0) return [];
  if (given.size > maxAttributes) {
    throw invalidParameter(
      `Number of message attributes [${given.size}] exceeds the allowed maximum [${maxAttributes}].`,
    );
  }
  const attributes: MessageAttribute[] = [];
  for (const [name, value] of given) {
    checkName(name);
    attributes.push({ name, dataType: value.DataType, value: checkValue(name, value, 'user') });
  }
  return attributes;
}

/** Checks MessageSystemAttributes: only `AWSTraceHeader`, a String. Answers its value. */
export function checkTraceHeader(
  given: ReadonlyMap<string, ValueOf<typeof messageAttributeValue>>,
): string | undefined {
  let trace: string | undefined;
  for (const [name, value] of given) {
    if (name !== 'AWSTraceHeader') {
      throw invalidParameter(`Message (system) attribute name '${name}' is not supported. Only AWSTraceHeader is.`);
    }
    const checked = checkValue(name, value, 'system');
    if (value.DataType !== 'String' || typeof checked !== 'string') {
      throw invalidParameter("Message (system) attribute 'AWSTraceHeader' must be of type 'String'.");
    }
    if (checked.length > maxTraceLength)
      throw invalidParameter("Message (system) attribute 'AWSTraceHeader' is too long.");
    trace = checked;
  }
  return trace;
}

function checkName(name: string): void {
  if (name === '') throw invalidParameter('Message (user) attribute names must not be empty.');
  if (Buffer.byteLength(name) > maxNameBytes)
    throw invalidParameter('Message (user) attribute names must be shorter than 256 Bytes');
  if (!nameCharacters.test(name)) {
    throw invalidParameter(
      `Message (user) attribute name '${name}' is invalid: it can only contain letters, digits, underscores, hyphens and periods.`,
    );
  }
  if (reservedName.test(name) || name.startsWith('.') || name.endsWith('.')) {
    throw invalidParameter(
      `Message (user) attribute name '${name}' is invalid: it must not begin with 'AWS.' or 'Amazon.', nor begin or end with a period.`,
    );
  }
}

function checkValue(
  name: string,
  given: ValueOf<typeof messageAttributeValue>,
  scope: 'user' | 'system',
): string | Uint8Array {
  const { DataType: dataType, StringValue: string, BinaryValue: binary } = given;
  if (given.StringListValues.length > 0 || given.BinaryListValues.length > 0) {
    throw new ServiceError(
      'UnsupportedOperation',
      'Message attribute list values in SendMessage operation are not supported.',
    );
  }
  if (!typeName.test(dataType) || Buffer.byteLength(dataType) > maxNameBytes) {
    throw invalidParameter(
      `The type of message (${scope}) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  const value = dataType.startsWith('Binary') ? binary : string;
  const base = dataType.slice(0, 6);
  if (value === undefined || value.length === 0) {
    throw invalidParameter(`Message (${scope}) attribute '${name}' must contain a non-empty value of type '${base}'.`);
  }
  if (typeof value === 'string') {
    if (!isAllowedText(value)) {
      throw invalidParameter(`Message (${scope}) attribute '${name}' contains characters that are not allowed.`);
    }
    if (base === 'Number' && !number.test(value)) {
      throw invalidParameter(`Can't cast the value of message (${scope}) attribute '${name}' to a number.`);
    }
  }
  return value;
}

const forbiddenText = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The characters of bodies and text attributes: #x9 #xA #xD #x20-#xD7FF #xE000-#xFFFD #x10000-#x10FFFF (SendMessage). */
export function isAllowedText(value: string): boolean {
  return !forbiddenText.test(value);
}

/** What an attribute adds to the size of its message, in bytes: name, type and value. */
export function attributeBytes(attribute: MessageAttribute): number {
  return byteLength(attribute.name) + byteLength(attribute.dataType) + byteLength(attribute.value);
}

function byteLength(value: string | Uint8Array): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
