import { CtlError, EXIT } from './ctl-error.js';

/** What a verb has to say: rows under columns, lines, or a remark that nobody needs who wants silence. */
export type Output =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly lines: readonly string[]; readonly json?: unknown }
  | { readonly remark: string };

export const NOTHING: Output = { lines: [] };

export const FORMATTERS = ['table', 'json', 'csv', 'pretty_table'] as const;
export type Formatter = (typeof FORMATTERS)[number];

/** The text as rabbitmqctl prints it, with its last line break; `headers`: whether a table names its columns. */
export function formatted(output: Output, formatter: Formatter, headers: boolean, silent: boolean): string {
  if ('remark' in output) return silent || formatter !== 'table' ? '' : `${output.remark}\n`;
  if ('lines' in output) {
    if (formatter === 'json' && output.json !== undefined) return `${JSON.stringify(output.json)}\n`;
    return output.lines.map((line) => `${line}\n`).join('');
  }
  const { columns, rows } = output;
  switch (formatter) {
    case 'json':
      return jsonText(columns, rows);
    case 'csv':
      return [...(headers ? [columns] : []), ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
    case 'pretty_table':
      return prettyTable(columns, rows);
    case 'table':
      if (rows.length === 0) return '';
      return [...(headers ? [columns] : []), ...rows].map((row) => `${row.map(cell).join('\t')}\n`).join('');
  }
}

export function formatterNamed(name: string): Formatter {
  const known = FORMATTERS.find((each) => each === name);
  if (known === undefined) throw new CtlError(EXIT.usage, `there is no formatter ${name}: ${FORMATTERS.join(', ')}`);
  return known;
}

function jsonText(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]))),
  );
  return objects.length === 0 ? '[]\n' : `[\n${objects.join('\n,')}\n]\n`;
}

/** Tabs and line breaks would look like another column or row. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value.replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  if (Array.isArray(value)) return `[${value.map(cell).join(', ')}]`;
  return JSON.stringify(value);
}

function csvCell(value: unknown): string {
  return `"${cell(value).replaceAll('"', '""')}"`;
}

function prettyTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const all = [columns, ...rows].map((row) => row.map(cell));
  const widths = columns.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  const line = (left: string, middle: string, right: string): string =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`;
  const text = (row: readonly string[]): string =>
    `│${widths.map((width, index) => ` ${(row[index] ?? '').padEnd(width)} `).join('│')}│\n`;
  const [head = [], ...body] = all;
  return line('┌', '┬', '┐') + text(head) + line('├', '┼', '┤') + body.map(text).join('') + line('└', '┴', '┘');
}
