import { BrokerError, type BrokerErrorKind, type BrokerErrorTable } from '../../core/index.js';

/** What is answered instead: RabbitMQ's `{"error", "reason"}` with a status. */
export class Failure extends Error {
  readonly status: number;
  readonly error: string;
  readonly reason: unknown;

  constructor(status: number, error: string, reason: unknown) {
    super(`${error}: ${JSON.stringify(reason)}`);
    this.status = status;
    this.error = error;
    this.reason = reason;
  }
}

export function badRequest(reason: unknown): Failure {
  return new Failure(400, 'bad_request', reason);
}

export function notFound(): Failure {
  return new Failure(404, 'Object Not Found', 'Not Found');
}

/** Who it is, is known; what is asked for is not for them. RabbitMQ answers 401, in British spelling. */
export function notAuthorised(reason: string): Failure {
  return new Failure(401, 'not_authorised', reason);
}

const statuses: BrokerErrorTable<readonly [status: number, error: string]> = {
  'not-found': [404, 'not_found'],
  exists: [400, 'bad_request'],
  different: [400, 'bad_request'],
  'invalid-name': [400, 'bad_request'],
  'invalid-argument': [400, 'bad_request'],
  'access-refused': [401, 'not_authorised'],
  locked: [400, 'bad_request'],
  'exclusive-use': [400, 'bad_request'],
  'in-use': [400, 'bad_request'],
  'not-empty': [400, 'bad_request'],
  'unknown-delivery': [400, 'bad_request'],
  'not-in-flight': [400, 'bad_request'],
  'too-large': [400, 'bad_request'],
  'limit-reached': [400, 'bad_request'],
  full: [503, 'resource_error'],
  'missing-group': [400, 'bad_request'],
  'missing-key': [400, 'bad_request'],
  'corrupt-batch': [400, 'bad_request'],
  'producer-fenced': [400, 'bad_request'],
  'out-of-order': [400, 'bad_request'],
  'invalid-transaction-state': [400, 'bad_request'],
  'offset-out-of-range': [400, 'bad_request'],
  unsupported: [400, 'bad_request'],
  stopped: [503, 'stopped'],
};

/** RabbitMQ's words for whatever its permissions refuse. */
const REFUSED = 'Access refused.';

/** What a refusal of the core is here; undefined for an error that is nobody's fault but ours. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof BrokerError)) return undefined;
  const kind: BrokerErrorKind = error.kind;
  const [status, name] = statuses[kind];
  return new Failure(status, name, kind === 'access-refused' ? REFUSED : error.message);
}
