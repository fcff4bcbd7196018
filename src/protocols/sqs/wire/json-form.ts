import { missingParameter, ServiceError } from './service-error.js';
import type { Shape, StructureShape, ValueOf } from './shape.js';

/** The media type of requests and answers of the JSON form (AWS JSON 1.0). */
export const jsonMediaType = 'application/x-amz-json-1.0';

/**
 * Reads the body of a JSON request. `queueUrl`: the queue that the request was sent to, for a body that does not say. Throws
 * {@link ServiceError}: malformed JSON, a value of the wrong kind, a member that is missing.
 */
export function readJson<S extends StructureShape>(shape: S, body: string, queueUrl?: string): ValueOf<S> {
  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not well-formed JSON.');
  }
  if (queueUrl !== undefined && isObject(value)) value['QueueUrl'] ??= queueUrl;
  return readValue(shape, value, '') as ValueOf<S>;
}

function readValue(shape: Shape, value: unknown, path: string): unknown {
  switch (shape.kind) {
    case 'text':
      if (typeof value === 'string') return value;
      break;
    case 'integer': {
      const number = typeof value === 'string' && /^-?[0-9]+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
      break;
    }
    case 'flag':
      if (typeof value === 'boolean') return value;
      break;
    case 'blob':
      if (typeof value === 'string' && isBase64(value)) return Buffer.from(value, 'base64');
      break;
    case 'list':
      if (Array.isArray(value))
        return value.map((item, place) => readValue(shape.member, item, `${path}.${place + 1}`));
      break;
    case 'map':
      if (isObject(value)) {
        const map = new Map<string, unknown>();
        for (const [key, item] of Object.entries(value)) {
          if (item !== null) map.set(key, readValue(shape.value, item, `${path}.${key}`));
        }
        return map;
      }
      break;
    case 'structure':
      if (isObject(value)) return readMembers(shape, value, path);
      break;
  }
  throw new ServiceError(
    'SerializationException',
    `The value of ${path === '' ? 'the request' : path} is not of the kind ${shape.kind}.`,
  );
}

function readMembers(shape: StructureShape, value: Readonly<Record<string, unknown>>, path: string): unknown {
  const result: Record<string, unknown> = {};
  for (const name in shape.members) {
    const member = shape.members[name];
    const memberPath = path === '' ? name : `${path}.${name}`;
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given !== undefined && given !== null) result[name] = readValue(member.shape, given, memberPath);
    else if (member.required) throw missingParameter(memberPath);
    else result[name] = absent(member.shape);
  }
  return result;
}

/** What a member that was not sent is: lists and maps are empty, everything else is undefined. */
export function absent(shape: Shape): unknown {
  if (shape.kind === 'list') return [];
  return shape.kind === 'map' ? new Map() : undefined;
}

export function isBase64(value: string): boolean {
  return value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON body of an answer. Empty lists and maps are left out unless their member says otherwise. */
export function writeJson<S extends StructureShape>(shape: S, value: ValueOf<S>): string {
  return writeValue(shape, value);
}

function writeValue(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'text':
      return JSON.stringify(value);
    case 'integer':
    case 'flag':
      return String(value);
    case 'blob':
      return `"${Buffer.from(value as Uint8Array).toString('base64')}"`;
    case 'list': {
      let json = '';
      for (const item of value as readonly unknown[])
        json += `${json === '' ? '' : ','}${writeValue(shape.member, item)}`;
      return `[${json}]`;
    }
    case 'map': {
      let json = '';
      for (const [key, item] of value as ReadonlyMap<string, unknown>) {
        json += `${json === '' ? '' : ','}${JSON.stringify(key)}:${writeValue(shape.value, item)}`;
      }
      return `{${json}}`;
    }
    case 'structure': {
      let json = '';
      for (const name in shape.members) {
        const member = shape.members[name];
        const item = (value as Record<string, unknown>)[name];
        if (item === undefined || (!member.writtenEmpty && isEmpty(item))) continue;
        json += `${json === '' ? '' : ','}"${name}":${writeValue(member.shape, item)}`;
      }
      return `{${json}}`;
    }
  }
}

/** True for a list or map without anything in it. */
export function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : value instanceof Map && value.size === 0;
}

/** The JSON body of an error. */
export function writeJsonError(error: ServiceError): string {
  return JSON.stringify({ __type: error.type, message: error.message });
}
