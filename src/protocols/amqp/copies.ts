import { ChannelError } from './amqp-error.js';
import { typeName } from './declared-arguments.js';
import type { FieldTable } from './field-table.js';

/** The routing keys in the headers CC and BCC. @throws ChannelError 406 when one is not an array of strings */
export function copyKeys(headers: FieldTable): string[] {
  const keys: string[] = [];
  for (const name of ['CC', 'BCC']) {
    const field = headers.get(name);
    if (field === undefined) continue;
    if (field.type !== 'A') throw unacceptable(name, typeName(field));
    for (const item of field.value) {
      if (item.type !== 'S') throw unacceptable(name, typeName(item));
      keys.push(item.value.toString('utf8'));
    }
  }
  return keys;
}

function unacceptable(header: string, type: string): ChannelError {
  return new ChannelError('PRECONDITION_FAILED', `invalid message: {unacceptable_type_in_header,"${header}",${type}}`);
}
