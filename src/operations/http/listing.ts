import type { Call } from './call.js';
import { badRequest, Failure } from './failure.js';
import { ok, type Reply } from './reply.js';

/** An item as JSON; lists are sorted, filtered and cut down by the names of its fields. */
export type Item = Readonly<Record<string, unknown>>;

const DEFAULT_PAGE_SIZE = 100;
const MOST_PER_PAGE = 500;

/**
 * Answers a list as the query asks for it (https://www.rabbitmq.com/docs/http-api-reference#pagination): `name` filters,
 * as a text found anywhere or, with `use_regex`, as a regular expression; `sort` and `sort_reverse`; `columns`; and
 * with `page` only a part of it, in an object that counts. `toItem` is called for what is shown or sorted by.
 */
export function listing<T>(
  call: Call,
  entries: readonly T[],
  nameOf: (entry: T) => string,
  toItem: (entry: T) => Item,
): Reply {
  const { query } = call;
  const page = pageOf(query);
  // without pages a name filters nothing, as in RabbitMQ
  const matches = page === undefined ? undefined : filterOf(query);
  const filtered = matches === undefined ? entries : entries.filter((entry) => matches(nameOf(entry)));
  const columns = columnsOf(query);
  const show = (item: Item): Item => (columns === undefined ? item : selected(item, columns));
  const key = query.get('sort');
  if (page === undefined) return ok(sorted(filtered.map(toItem), key, query).map(show));
  const { number, size } = page;
  const pages = Math.max(1, Math.ceil(filtered.length / size));
  if (number > pages) {
    const text = `Page out of range, page: ${number} page size: ${size}, len: ${filtered.length}`;
    throw new Failure(400, 'page_out_of_range', text);
  }
  const from = (number - 1) * size;
  // sorted by name, what is not on the page need not be described
  const items =
    key === null || key === 'name'
      ? ordered(filtered, nameOf, key, query)
          .slice(from, from + size)
          .map(toItem)
      : sorted(filtered.map(toItem), key, query).slice(from, from + size);
  return ok({
    filtered_count: filtered.length,
    item_count: items.length,
    items: items.map(show),
    page: number,
    page_count: pages,
    page_size: size,
    total_count: entries.length,
  });
}

/** The same for one item: `columns` only. */
export function single(call: Call, item: Item): Reply {
  const columns = columnsOf(call.query);
  return ok(columns === undefined ? item : selected(item, columns));
}

function pageOf(query: URLSearchParams): { number: number; size: number } | undefined {
  const page = query.get('page');
  if (page === null) return undefined;
  const number = Number(page);
  const size = Number(query.get('page_size') ?? DEFAULT_PAGE_SIZE);
  if (!Number.isInteger(number) || !Number.isInteger(size)) throw invalidPage();
  if (number < 1 || size < 1 || size > MOST_PER_PAGE) {
    const text = `Invalid pagination parameters: page number ${number}, page size ${size}`;
    throw new Failure(400, 'invalid_pagination_parameters', text);
  }
  return { number, size };
}

function invalidPage(): Failure {
  return badRequest('Pagination parameters are invalid');
}

function filterOf(query: URLSearchParams): ((name: string) => boolean) | undefined {
  const wanted = query.get('name') ?? '';
  if (wanted === '') return undefined;
  if (query.get('use_regex') !== 'true') {
    const lower = wanted.toLowerCase();
    return (name) => name.toLowerCase().includes(lower);
  }
  try {
    const expression = new RegExp(wanted, 'i');
    return (name) => expression.test(name);
  } catch {
    throw invalidPage();
  }
}

function columnsOf(query: URLSearchParams): readonly string[] | undefined {
  const columns = query.get('columns');
  return columns === null || columns === '' ? undefined : columns.split(',');
}

/** `a.b` is the field b of the object a; what is not there is left out. */
function selected(item: Item, columns: readonly string[]): Item {
  const result: Record<string, unknown> = {};
  for (const column of columns) {
    const [first, ...rest] = column.split('.') as [string, ...string[]];
    const value = item[first];
    if (value === undefined) continue;
    if (rest.length === 0) result[first] = value;
    else if (typeof value === 'object' && value !== null) {
      const inner = selected(value as Item, [rest.join('.')]);
      result[first] = { ...(result[first] as Item | undefined), ...inner };
    }
  }
  return result;
}

function ordered<T>(
  entries: readonly T[],
  nameOf: (entry: T) => string,
  key: string | null,
  query: URLSearchParams,
): readonly T[] {
  if (key === null) return entries;
  const direction = directionOf(query);
  return [...entries].sort((a, b) => direction * compare(nameOf(a), nameOf(b)));
}

function sorted(items: readonly Item[], key: string | null, query: URLSearchParams): readonly Item[] {
  if (key === null || key === '') return items;
  const direction = directionOf(query);
  const path = key.split('.');
  return [...items].sort((a, b) => direction * compare(valueAt(a, path), valueAt(b, path)));
}

function directionOf(query: URLSearchParams): 1 | -1 {
  return query.get('sort_reverse') === 'true' ? -1 : 1;
}

function valueAt(item: Item, path: readonly string[]): unknown {
  let value: unknown = item;
  for (const part of path) value = typeof value === 'object' && value !== null ? (value as Item)[part] : undefined;
  return value;
}

/** Numbers by value, everything else by its text; what is not there comes first. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
