import { randomUUID } from 'node:crypto';
import type { Host } from '../../../core/index.js';
import type { Service } from '../actions/call.js';
import type { HttpExchange, HttpReply, HttpRequest } from '../http/http-exchange.js';
import { headerOf } from '../http/request-head.js';
import { HttpCaller, credentialScopeOf } from '../http-caller.js';
import type { ParameterNode } from '../wire/form-parameters.js';
import { readQuery, writeXml, writeXmlError } from '../wire/query-form.js';
import type { StructureShape } from '../wire/shape.js';
import { snsActions, unsupportedSnsActions } from './actions/index.js';
import type { SnsAction } from './actions/sns-action.js';
import { SnsCall } from './sns-call.js';
import { SnsError, snsErrorOf } from './sns-error.js';
import type { SnsParts } from './sns-parts.js';

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
const apiVersion = '2010-03-31';
const xmlType = 'Content-Type: text/xml\r\n';

/** Amazon SNS in its one wire form, the query form, on the port that SQS has. */
export class SnsFront {
  readonly #host: Host;
  readonly #parts: SnsParts;
  readonly #service: Service;

  constructor(host: Host, parts: SnsParts, service: Service) {
    this.#host = host;
    this.#parts = parts;
    this.#service = service;
  }

  /**
   * Whether a request in the query form is for SNS: by the service that it is signed for, else by the version of the API that it names, else by its host,
   * else by an action that only SNS has.
   */
  isFor(request: HttpRequest, parameters: ParameterNode): boolean {
    const service = credentialScopeOf(request)?.service;
    if (service !== undefined) return service === 'sns';
    const version = parameters.children.get('Version')?.value;
    if (version !== undefined) return version === apiVersion;
    if (/^sns\./i.test(headerOf(request.headers, 'host') ?? '')) return true;
    const action = parameters.children.get('Action')?.value ?? '';
    return (snsActions.has(action) || unsupportedSnsActions.has(action)) && !inBoth.has(action);
  }

  /** The certificate that notifications are signed with, when the path is its; else undefined. */
  certificate(path: string): string | undefined {
    if (!path.startsWith('/SimpleNotificationService-')) return undefined;
    const { signer } = this.#parts;
    return path === signer.certificatePath ? signer.certificate : undefined;
  }

  /** `admit` throws when the request is not to be served; `bySecret`: it carries what only its sender was told. */
  serve(
    exchange: HttpExchange,
    parameters: ParameterNode,
    admit: ((request: HttpRequest, bySecret: boolean) => void) | undefined,
  ): void {
    this.#host.enter();
    const requestId = randomUUID();
    try {
      admit?.(exchange.request, isLink(exchange.request, parameters));
      const action = findAction(parameters.children.get('Action')?.value);
      const input = readQuery(action.input, parameters);
      const signed = credentialScopeOf(exchange.request) !== undefined;
      const call = new SnsCall(
        this.#parts,
        this.#service,
        new HttpCaller(exchange, this.#service.namespaces.defaultRegion),
        signed,
      );
      const result = action.run(call, input);
      if (result instanceof Promise) void this.#replyLater(action, result, exchange, requestId);
      else exchange.reply(success(action, result, requestId));
    } catch (error) {
      exchange.reply(this.#failure(error, requestId));
    }
  }

  async #replyLater(action: SnsAction, result: Promise<unknown>, exchange: HttpExchange, id: string): Promise<void> {
    let reply: HttpReply;
    try {
      reply = success(action, await result, id);
    } catch (error) {
      reply = this.#failure(error, id);
    }
    exchange.reply(reply);
  }

  #failure(error: unknown, requestId: string): HttpReply {
    const snsError = snsErrorOf(error);
    if (snsError.code === 'InternalError') {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#host.log('error', 'an SNS request failed inside the broker', { error: text });
    }
    return {
      status: snsError.status,
      headers: headersFor(requestId),
      body: writeXmlError(snsError, requestId, namespace),
    };
  }
}

/** The links in messages work for whoever was sent them: a token, or an id that follows from a secret, stands for the signature. */
function isLink(request: HttpRequest, parameters: ParameterNode): boolean {
  const action = parameters.children.get('Action')?.value;
  return credentialScopeOf(request) === undefined && (action === 'ConfirmSubscription' || action === 'Unsubscribe');
}

/** Actions that SQS has, too. */
const inBoth: ReadonlySet<string> = new Set(['AddPermission', 'RemovePermission']);

function findAction(name: string | undefined): SnsAction {
  const found = name === undefined ? undefined : snsActions.get(name);
  if (found !== undefined) return found;
  if (name !== undefined && unsupportedSnsActions.has(name)) {
    throw new SnsError('UnsupportedOperation', `The action ${name} is not supported.`);
  }
  throw new SnsError('InvalidAction', `The action ${name ?? ''} is not valid for this endpoint.`);
}

function headersFor(requestId: string): string {
  return `x-amzn-RequestId: ${requestId}\r\n${xmlType}`;
}

function success(action: SnsAction, output: unknown, requestId: string): HttpReply {
  const body = writeXml<StructureShape>(action.name, action.output, output as never, requestId, namespace);
  return { status: 200, headers: headersFor(requestId), body };
}
