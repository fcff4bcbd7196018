import type { Right } from '../access/rights.js';
import type { Call } from './call.js';
import type { Reply } from './reply.js';

/** One path with one method. Parts of the path that begin with `:` are parameters. */
export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** What its user must at least be. */
  readonly needs: Right;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}
