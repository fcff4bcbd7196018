import { headerOf } from './http/request-head.js';
import type { HttpRequest } from './http/http-exchange.js';
import { queueNameIn } from './queue/queue-url.js';
import { addParameters, parameterTree, type ParameterNode } from './wire/form-parameters.js';

/** A request by what it asks for, in whichever form. */
export type SqsRequest =
  | { readonly form: 'json'; readonly action: string | undefined; readonly path: string; readonly body: string }
  | {
      readonly form: 'query';
      readonly action: string | undefined;
      readonly path: string;
      readonly parameters: ParameterNode;
    };

const target = /^AmazonSQS\.([A-Za-z]+)$/;

/**
 * Tells the forms apart: an X-Amz-Target header means JSON 1.0; everything else is the query form, with parameters in the URL, the body or both. The
 * target itself is not a SQS one when `action` is undefined. Throws MalformedQueryString.
 */
export function readRequest(request: HttpRequest): SqsRequest {
  const { target: url, headers, body } = request;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const jsonTarget = headerOf(headers, 'x-amz-target');
  if (jsonTarget !== undefined)
    return { form: 'json', action: target.exec(jsonTarget)?.[1], path, body: body.toString() };

  const parameters = parameterTree();
  if (mark >= 0) addParameters(parameters, url.slice(mark + 1));
  if (request.method === 'POST' && isForm(headerOf(headers, 'content-type')))
    addParameters(parameters, body.toString());
  // The path of a request may name the queue; a QueueUrl parameter is stronger.
  if (queueNameIn(path) !== undefined && !parameters.children.has('QueueUrl')) {
    parameters.children.set('QueueUrl', { value: path, children: new Map() });
  }
  return { form: 'query', action: parameters.children.get('Action')?.value, path, parameters };
}

function isForm(contentType: string | undefined): boolean {
  return contentType === undefined || contentType.toLowerCase().startsWith('application/x-www-form-urlencoded');
}

/**
 * True when a web page of another origin made the browser send this. There is no password on a broker for development, so any page that a
 * developer looks at could otherwise empty the queues of the broker on the same machine.
 */
export function isFromForeignPage(request: HttpRequest): boolean {
  const origin = headerOf(request.headers, 'origin');
  if (origin !== undefined) return origin.replace(/^[a-z]+:\/\//, '') !== headerOf(request.headers, 'host');
  return headerOf(request.headers, 'sec-fetch-site') === 'cross-site';
}
