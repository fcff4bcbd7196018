import { ServiceError } from './service-error.js';

/** More than the largest batch with ten attributes on every entry needs. */
const maxParameters = 5_000;
/** `SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringListValue.1` has seven. */
const maxDepth = 8;

/** Parameters of the query form as a tree: `A.1.B=x` is `x` at A, 1, B. */
export interface ParameterNode {
  value: string | undefined;
  readonly children: Map<string, ParameterNode>;
}

export function parameterTree(): ParameterNode {
  return { value: undefined, children: new Map() };
}

/**
 * Adds the parameters of `encoded` (application/x-www-form-urlencoded, UTF-8) to `tree`; the first of two with one name stays.
 * Throws {@link ServiceError} when it is malformed or has too many.
 */
export function addParameters(tree: ParameterNode, encoded: string): void {
  let count = 0;
  let start = 0;
  while (start < encoded.length) {
    let end = encoded.indexOf('&', start);
    if (end < 0) end = encoded.length;
    if (end > start) {
      count += 1;
      if (count > maxParameters)
        throw new ServiceError('MalformedQueryStringException', 'The request has too many parameters.');
      const equals = encoded.indexOf('=', start);
      const nameEnd = equals < 0 || equals > end ? end : equals;
      addParameter(tree, decode(encoded.slice(start, nameEnd)), decode(encoded.slice(nameEnd + 1, end)));
    }
    start = end + 1;
  }
}

function addParameter(tree: ParameterNode, name: string, value: string): void {
  const parts = name.split('.');
  if (parts.length > maxDepth)
    throw new ServiceError('MalformedQueryStringException', `The parameter ${name} is nested too deeply.`);
  let node = tree;
  for (const part of parts) {
    let next = node.children.get(part);
    if (next === undefined) {
      next = parameterTree();
      node.children.set(part, next);
    }
    node = next;
  }
  node.value ??= value;
}

function decode(encoded: string): string {
  if (!encoded.includes('%') && !encoded.includes('+')) return encoded;
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw new ServiceError('MalformedQueryStringException', 'A parameter is not percent-encoded UTF-8.');
  }
}
