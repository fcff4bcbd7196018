import type { PivotHeader, PivotValue } from './pivot.js';

/** A value for dialects whose headers hold text only; what JSON cannot say becomes the string that is nearest to it. */
export function pivotAsJson(value: PivotValue, base64: (bytes: Uint8Array) => string): unknown {
  switch (value.kind) {
    case 'string':
    case 'boolean':
    case 'number':
      return value.value;
    case 'binary':
      return base64(value.value);
    case 'integer':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : String(value.value);
    case 'double':
      return Number.isFinite(value.value) ? value.value : String(value.value);
    case 'timestamp':
      return Number(value.seconds);
    case 'null':
      return null;
    case 'list':
      return value.items.map((item) => pivotAsJson(item, base64));
    case 'table':
      return tableAsJson(value.entries, base64);
  }
}

/** Without a prototype, so that no header name can mean anything but itself. */
function tableAsJson(entries: readonly PivotHeader[], base64: (bytes: Uint8Array) => string): unknown {
  const table = Object.create(null) as Record<string, unknown>;
  for (const { name, value } of entries) table[name] = pivotAsJson(value, base64);
  return table;
}
