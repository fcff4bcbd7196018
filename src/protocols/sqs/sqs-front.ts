import { randomUUID } from 'node:crypto';
import type { Host, Translate } from '../../core/index.js';
import { actions, unsupportedActions } from './actions/index.js';
import type { Action } from './actions/action.js';
import { Call, type Service } from './actions/call.js';
import { serviceErrorOf } from './actions/error-translation.js';
import type { HttpExchange, HttpReply } from './http/http-exchange.js';
import { HttpServer, type HttpServerOptions } from './http/http-server.js';
import { headerOf } from './http/request-head.js';
import { ReceiptHandles } from './message/receipt-handle.js';
import { Receiver } from './message/receiver.js';
import { Sender } from './message/sender.js';
import { queueNameIn } from './queue/queue-url.js';
import { HttpCaller } from './http-caller.js';
import { SnsFront } from './sns/sns-front.js';
import { SnsParts } from './sns/sns-parts.js';
import { isFromForeignPage, readRequest, type SqsRequest } from './request.js';
import { jsonMediaType, readJson, writeJson, writeJsonError } from './wire/json-form.js';
import { readQuery, writeXml, writeXmlError } from './wire/query-form.js';
import { ServiceError } from './wire/service-error.js';
import type { StructureShape } from './wire/shape.js';

export interface SqsFrontOptions {
  readonly host: Host;
  readonly translate: Translate;
  /** 32 secret bytes that stay the same over restarts: receipt handles are signed with them. */
  readonly receiptKey: Uint8Array;
  readonly virtualHost?: string;
  /** The account that owns every queue, twelve digits. */
  readonly account?: string;
  /** The region in ARNs for requests that are not signed. */
  readonly region?: string;
  readonly http?: Omit<HttpServerOptions, 'handler'>;
}

/** How long requests that are being served may take when the broker stops. */
const stopGraceMs = 2_000;

const textType = 'Content-Type: text/plain; charset=utf-8\r\n';

/** Amazon SQS over HTTP: the JSON form and the query form of the same actions. */
export class SqsFront {
  readonly #host: Host;
  readonly #service: Service;
  readonly #region: string;
  readonly #sns: SnsParts;
  readonly #snsFront: SnsFront;
  readonly #server: HttpServer;

  constructor(options: SqsFrontOptions) {
    const { host } = options;
    this.#host = host;
    const handles = new ReceiptHandles(options.receiptKey);
    this.#sns = new SnsParts(host, options.translate, options.receiptKey);
    this.#service = {
      host,
      virtualHost: options.virtualHost ?? '/',
      account: options.account ?? '000000000000',
      handles,
      sender: new Sender(host),
      receiver: new Receiver(host, handles, options.translate, this.#sns.notifications),
    };
    this.#region = options.region ?? 'us-east-1';
    this.#snsFront = new SnsFront(host, this.#sns, this.#service, this.#region);
    this.#server = new HttpServer({ ...options.http, handler: this.#serve });
  }

  /** Begins to listen; rejects with the system's error when the address cannot be had. */
  async listen(port: number, address: string): Promise<{ readonly url: string }> {
    const bound = await this.#server.listen(address, port);
    this.#host.enter();
    this.#sns.start();
    const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
    return { url: `http://${host}:${bound.port}` };
  }

  /** Ends long polls, answers what is being served, and closes all connections. */
  stop(): Promise<void> {
    this.#host.enter();
    this.#sns.stop();
    return this.#server.close(stopGraceMs);
  }

  readonly #serve = (exchange: HttpExchange): void => {
    const { request } = exchange;
    if (request.method !== 'POST' && request.method !== 'GET') {
      exchange.reply({ status: 405, headers: 'Allow: GET, POST\r\n', body: '' });
      return;
    }
    if (request.method === 'GET' && request.target === '/health') {
      exchange.reply({ status: 200, headers: textType, body: 'ok\n' });
      return;
    }
    const certificate = request.method === 'GET' ? this.#snsFront.certificate(request.target) : undefined;
    if (certificate !== undefined) {
      exchange.reply({ status: 200, headers: textType, body: certificate });
      return;
    }
    const isJson = headerOf(request.headers, 'x-amz-target') !== undefined;
    const form = isJson ? jsonReplies : queryReplies;
    let sqsRequest: SqsRequest;
    try {
      if (isFromForeignPage(request)) {
        throw new ServiceError('AccessDeniedException', 'Requests from web pages of another origin are not served.');
      }
      sqsRequest = readRequest(request);
      if (sqsRequest.form === 'query' && this.#snsFront.isFor(request, sqsRequest.parameters)) {
        this.#snsFront.serve(exchange, sqsRequest.parameters);
        return;
      }
      if (sqsRequest.form === 'query' && sqsRequest.action === undefined) {
        exchange.reply({ status: 404, headers: xmlType, body: '<UnknownOperationException/>\n' });
        return;
      }
      const action = findAction(sqsRequest);
      const input =
        sqsRequest.form === 'json'
          ? readJson(action.input, sqsRequest.body, queueInPath(sqsRequest.path))
          : readQuery(action.input, sqsRequest.parameters);
      this.#run(action, input, exchange, form);
    } catch (error) {
      exchange.reply(this.#failure(error, form));
    }
  };

  #run(action: Action, input: unknown, exchange: HttpExchange, form: ReplyForm): void {
    this.#host.enter();
    const result = action.run(new Call(this.#service, new HttpCaller(exchange, this.#region)), input);
    if (result instanceof Promise) void this.#replyLater(action, result, exchange, form);
    else exchange.reply(form.success(action, result));
  }

  async #replyLater(action: Action, result: Promise<unknown>, exchange: HttpExchange, form: ReplyForm): Promise<void> {
    let reply: HttpReply;
    try {
      reply = form.success(action, await result);
    } catch (error) {
      reply = this.#failure(error, form);
    }
    exchange.reply(reply);
  }

  #failure(error: unknown, form: ReplyForm): HttpReply {
    const serviceError = serviceErrorOf(error);
    if (serviceError.shape === 'InternalFailure') {
      this.#host.log('error', 'an SQS request failed inside the broker', { error: errorText(error) });
    }
    return form.failure(serviceError);
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function queueInPath(path: string): string | undefined {
  return queueNameIn(path) === undefined ? undefined : path;
}

/** Actions that are not asked of a queue. */
const serviceActions: ReadonlySet<string> = new Set(['CreateQueue', 'ListQueues']);

/** Throws what each form answers to an action that is not there. */
function findAction({ form, action: name, path }: SqsRequest): Action {
  const found = name === undefined ? undefined : actions.get(name);
  const misplaced = form === 'query' && queueNameIn(path) !== undefined && serviceActions.has(name ?? '');
  if (found !== undefined && !misplaced) return found;
  if (name !== undefined && unsupportedActions.has(name)) {
    throw new ServiceError('UnsupportedOperation', `The action ${name} is not supported.`);
  }
  if (form === 'json') throw new ServiceError('UnknownOperationException', `The operation ${name ?? ''} is not known.`);
  throw new ServiceError('InvalidActionException', `The action ${name ?? ''} is not valid for this endpoint.`);
}

/** How one of the two forms answers. */
interface ReplyForm {
  success(action: Action, output: unknown): HttpReply;
  failure(error: ServiceError): HttpReply;
}

const jsonType = `Content-Type: ${jsonMediaType}\r\n`;
const xmlType = 'Content-Type: text/xml\r\n';

const jsonReplies: ReplyForm = {
  success: (action, output) => ({
    status: 200,
    headers: `x-amzn-RequestId: ${randomUUID()}\r\n${jsonType}`,
    body: action.output === undefined ? '{}' : writeJson<StructureShape>(action.output, output as never),
  }),
  failure: (error) => ({
    status: error.status,
    headers: `x-amzn-RequestId: ${randomUUID()}\r\n${jsonType}x-amzn-query-error: ${error.code};${error.fault}\r\n`,
    body: writeJsonError(error),
  }),
};

const queryReplies: ReplyForm = {
  success: (action, output) => {
    const requestId = randomUUID();
    return {
      status: 200,
      headers: `x-amzn-RequestId: ${requestId}\r\n${xmlType}`,
      body: writeXml<StructureShape>(action.name, action.output, output as never, requestId),
    };
  },
  failure: (error) => {
    const requestId = randomUUID();
    return {
      status: error.status,
      headers: `x-amzn-RequestId: ${requestId}\r\n${xmlType}`,
      body: writeXmlError(error, requestId),
    };
  },
};
