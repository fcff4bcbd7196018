import { randomUUID } from 'node:crypto';
import type { Host, Translate } from '../../core/index.js';
import { actions } from './actions/index.js';
import type { Action } from './actions/action.js';
import { Call, type Service } from './actions/call.js';
import { serviceErrorOf } from './actions/error-translation.js';
import { type Definition, type Definitions, definitionsOf } from './definitions/definitions.js';
import { defineQueues } from './definitions/define-queues.js';
import type { HttpExchange, HttpReply, HttpRequest } from './http/http-exchange.js';
import { HttpServer, type HttpServerOptions } from './http/http-server.js';
import { headerOf } from './http/request-head.js';
import { ReceiptHandles } from './message/receipt-handle.js';
import { Receiver } from './message/receiver.js';
import { Sender } from './message/sender.js';
import { MoveTasks } from './move/move-tasks.js';
import { Cooldowns } from './queue/cooldowns.js';
import { Namespaces, type Separation } from './queue/namespaces.js';
import { queueNameIn } from './queue/queue-url.js';
import { HttpCaller } from './http-caller.js';
import { defineTopics } from './sns/define-topics.js';
import { SnsFront } from './sns/sns-front.js';
import { SnsParts } from './sns/sns-parts.js';
import { isFromForeignPage, readRequest, type SqsRequest } from './request.js';
import type { SqsAccess } from './signature/access-keys.js';
import { SignatureVerifier } from './signature/verify-signature.js';
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
  /** The account that owns queues, twelve digits. */
  readonly account?: string;
  /** The region in ARNs for requests that are not signed. */
  readonly region?: string;
  /** Whether accounts and regions have queues of their own. */
  readonly separation?: Separation;
  /** The service's rules of sixty seconds after a purge and a deletion apply. */
  readonly cooldowns?: boolean;
  /** What is to be there when the front begins to listen. */
  readonly definitions?: Definitions | undefined;
  /** Whom it serves, asked for when it begins to listen; undefined, or a promise of it: everybody. */
  readonly access?: (() => Promise<SqsAccess | undefined>) | undefined;
  readonly http?: Omit<HttpServerOptions, 'handler'>;
}

/** How long requests that are being served may take when the broker stops. */
const stopGraceMs = 2_000;

const textType = 'Content-Type: text/plain; charset=utf-8\r\n';

/** Amazon SQS over HTTP: the JSON form and the query form of the same actions. */
export class SqsFront {
  readonly #host: Host;
  readonly #service: Service;
  readonly #sns: SnsParts;
  readonly #snsFront: SnsFront;
  readonly #access: (() => Promise<SqsAccess | undefined>) | undefined;
  /** Throws when the request is not to be served; undefined: all are. */
  #admit: Admit | undefined;
  readonly #definitions: Definitions | undefined;
  readonly #server: HttpServer;

  constructor(options: SqsFrontOptions) {
    const { host } = options;
    this.#host = host;
    const handles = new ReceiptHandles(options.receiptKey);
    this.#sns = new SnsParts(host, options.translate, options.receiptKey);
    this.#service = {
      host,
      namespaces: new Namespaces(
        options.separation ?? 'shared',
        options.virtualHost ?? '/',
        options.account ?? '000000000000',
        options.region ?? 'us-east-1',
      ),
      cooldowns: options.cooldowns === true ? new Cooldowns(() => host.broker.nowMs) : undefined,
      handles,
      moveTasks: new MoveTasks(host),
      sender: new Sender(host),
      receiver: new Receiver(host, handles, options.translate, this.#sns.notifications),
    };
    this.#snsFront = new SnsFront(host, this.#sns, this.#service);
    this.#definitions = options.definitions;
    this.#access = options.access;
    this.#server = new HttpServer({ ...options.http, handler: this.#serve });
  }

  /**
   * Makes what the definitions say and begins to listen; rejects with the definitions' refusal, and with the system's error when the address cannot be
   * had.
   */
  async listen(port: number, address: string): Promise<{ readonly url: string }> {
    this.#admit = admission(await this.#access?.());
    const definitions = await readParts(this.#definitions);
    this.#host.enter();
    if (definitions !== undefined) await defineQueues(this.#service, definitions.sqs);
    this.#host.enter();
    this.#service.moveTasks.resume();
    const bound = await this.#server.listen(address, port);
    const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
    const url = `http://${host}:${bound.port}`;
    try {
      // An endpoint that is asked to confirm must find somebody who listens.
      if (definitions !== undefined) await defineTopics(this.#sns, this.#service, definitions.sns, url);
    } catch (error) {
      await this.#server.close(0);
      throw error;
    }
    this.#host.enter();
    this.#sns.start();
    return { url };
  }

  /** Ends long polls, answers what is being served, and closes all connections. */
  stop(): Promise<void> {
    this.#service.moveTasks.stop();
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
        this.#snsFront.serve(exchange, sqsRequest.parameters, this.#admit);
        return;
      }
      this.#admit?.(request, false);
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
    const result = action.run(
      new Call(this.#service, new HttpCaller(exchange, this.#service.namespaces.defaultRegion)),
      input,
    );
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

async function readParts(
  definitions: Definitions | undefined,
): Promise<{ readonly sqs: Definition; readonly sns: Definition } | undefined> {
  if (definitions === undefined) return undefined;
  const table = await definitions.read();
  const part = (service: string): Definition => definitionsOf(table, service, (reason) => definitions.refusal(reason));
  return { sqs: part('sqs'), sns: part('sns') };
}

/** Throws when a request is not to be served. `bySecret`: it needs no signature, because it carries what only its sender was told. */
type Admit = (request: HttpRequest, bySecret: boolean) => void;

function admission(access: SqsAccess | undefined): Admit | undefined {
  if (access === undefined) return undefined;
  if ('keys' in access) {
    const verifier = new SignatureVerifier(access.keys);
    return (request, bySecret) => {
      if (!bySecret) verifier.verify(request, Date.now());
    };
  }
  return ({ address }) => {
    if (!access.admits(address)) {
      throw new ServiceError(
        'AccessDeniedException',
        'There are no access keys, so only clients on the same machine are served.',
      );
    }
  };
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
