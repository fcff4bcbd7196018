import type { HeaderValue, HeaderValues, MessageHeaders } from '../../core/index.js';
import type { BasicProperties } from './basic-properties.js';
import { emptyTable, type FieldTable, type FieldValue } from './field-table.js';

/** Headers and binding arguments as routing compares them: integers of any width are one type. */
export function headerValues(table: FieldTable): HeaderValues {
  const values = new Map<string, HeaderValue>();
  for (const [key, field] of table) values.set(key, headerValue(field));
  return values;
}

/** Where the body of a message lies. */
export interface BodyView {
  readonly body: Buffer;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** What routing may ask of a message: its headers, the properties that an exchange may hash, and its body. */
export function routingHeaders(properties: BasicProperties, message: BodyView): MessageHeaders {
  const headers = headerValues(properties.headers ?? emptyTable);
  return {
    get: (name) => headers.get(name),
    body: () => message.body.subarray(message.bodyStart, message.bodyEnd),
    property: (name) => {
      switch (name) {
        case 'message_id':
          return properties.messageId;
        case 'correlation_id':
          return properties.correlationId;
        case 'timestamp':
          return properties.timestamp;
      }
    },
  };
}

function headerValue(field: FieldValue): HeaderValue {
  switch (field.type) {
    case 'V':
      return null;
    case 'S':
      return field.value.toString('utf8');
    case 'l':
    case 'L':
    case 'T': {
      const number = Number(field.value);
      return Number.isSafeInteger(number) ? number : field.value;
    }
    case 'D':
      return field.value / 10 ** field.scale;
    case 'A':
      return field.value.map(headerValue);
    case 'F':
      return headerValues(field.value);
    default:
      return field.value;
  }
}
