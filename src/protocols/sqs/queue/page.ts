import { invalidParameter, invalidValue } from '../wire/service-error.js';

const maxPage = 1000;

/** One page of names and, when more follow, the token that asks for them. */
export interface Page {
  readonly names: readonly string[];
  readonly nextToken: string | undefined;
}

/**
 * A page of `sorted`. Without `maxResults` it is the first thousand and no token, as the service does it. The token names the last one that was
 * shown, so that queues may come and go between the pages. Throws InvalidParameterValue.
 */
export function pageOf(sorted: readonly string[], maxResults: number | undefined, token: string | undefined): Page {
  if (maxResults !== undefined && (maxResults < 1 || maxResults > maxPage)) {
    throw invalidValue('MaxResults', maxResults, `Must be an integer between 1 and ${maxPage}, if provided.`);
  }
  const last = token === undefined ? undefined : readToken(token);
  const rest = last === undefined ? sorted : sorted.filter((name) => name > last);
  const names = rest.slice(0, maxResults ?? maxPage);
  const more = maxResults !== undefined && rest.length > names.length;
  return { names, nextToken: more ? Buffer.from(names[names.length - 1]).toString('base64url') : undefined };
}

function readToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString();
  if (Buffer.from(name).toString('base64url') !== token) throw invalidParameter('Invalid or expired next token.');
  return name;
}
