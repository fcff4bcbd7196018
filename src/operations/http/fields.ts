import type { Declared, DeclaredValue } from '../../core/index.js';
import { badRequest } from './failure.js';

/** @throws Failure 400 that names all that are missing, in Erlang's form, which is RabbitMQ's */
export function assertPresent(body: Declared, keys: readonly string[]): void {
  const missing = keys.filter((key) => body[key] === undefined);
  if (missing.length > 0) throw badRequest(`[${missing.map((key) => `{key_missing,${key}}`).join(',')}]`);
}

/** `true` and `false` may come as text. @throws Failure 400 */
export function booleanIn(body: Declared, key: string, fallback: boolean): boolean {
  const value = body[key];
  if (value === undefined || value === null) return fallback;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw badRequest(['not_boolean', value]);
}

/** @throws Failure 400 */
export function textIn(body: Declared, key: string, fallback: string): string {
  const value = body[key];
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'string') return value;
  throw badRequest(['not_a_string', value]);
}

/** A whole number, which may come as text. @throws Failure 400 */
export function integerIn(body: Declared, key: string, fallback: number): number {
  const value = body[key];
  if (value === undefined || value === null) return fallback;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (Number.isSafeInteger(number)) return number as number;
  throw badRequest(['not_integer', value]);
}

/**
 * A table. A list of pairs is one, too, and the empty list: RabbitMQ's own exports have them so, because Erlang cannot
 * always tell them apart. @throws Failure 400
 */
export function tableIn(body: Declared, key: string): Declared {
  const value: DeclaredValue | undefined = body[key];
  if (value === undefined || value === null) return {};
  if (isPairs(value)) return Object.fromEntries(value);
  if (typeof value === 'object' && !Array.isArray(value)) return value as Declared;
  throw badRequest(['not_a_table', value]);
}

function isPairs(value: DeclaredValue): value is readonly [string, DeclaredValue][] {
  if (!Array.isArray(value)) return false;
  const pairs: readonly DeclaredValue[] = value;
  return pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string');
}
