import type { HeaderValue, HeaderValues } from '../../core/index.js';
import type { FieldTable, FieldValue } from './field-table.js';

/** Headers and binding arguments as routing compares them: integers of any width are one type. */
export function headerValues(table: FieldTable): HeaderValues {
  const values = new Map<string, HeaderValue>();
  for (const [key, field] of table) values.set(key, headerValue(field));
  return values;
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
