import { BrokerError, type BrokerErrorTable } from '../../../core/index.js';
import { ServiceError } from '../wire/service-error.js';
import type { XmlError } from '../wire/query-form.js';

/** Every error code that SNS answers with here, and its status (service model sns 2010-03-31). */
const statuses = {
  AuthorizationError: 403,
  BatchEntryIdsNotDistinct: 400,
  BatchRequestTooLong: 400,
  EmptyBatchRequest: 400,
  IncompleteSignature: 400,
  InternalError: 500,
  InvalidAction: 400,
  InvalidBatchEntryId: 400,
  InvalidClientTokenId: 403,
  InvalidParameter: 400,
  MalformedQueryString: 400,
  MissingAuthenticationToken: 403,
  NotFound: 404,
  ParameterValueInvalid: 400,
  ResourceNotFound: 404,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SubscriptionLimitExceeded: 403,
  TagLimitExceeded: 400,
  Throttled: 429,
  TooManyEntriesInBatchRequest: 400,
  UnsupportedOperation: 400,
  ValidationError: 400,
} as const;

export type SnsErrorCode = keyof typeof statuses;

/** A request to SNS that is refused. */
export class SnsError extends Error implements XmlError {
  readonly code: SnsErrorCode;

  constructor(code: SnsErrorCode, message: string) {
    super(message);
    this.name = 'SnsError';
    this.code = code;
  }

  get status(): number {
    return statuses[this.code];
  }
  get fault(): 'Sender' | 'Receiver' {
    return this.status < 500 ? 'Sender' : 'Receiver';
  }
  get queryMessage(): string {
    return this.message;
  }
}

/** `Invalid parameter: <what>`, the service's usual wording. */
export function invalid(what: string): SnsError {
  return new SnsError('InvalidParameter', `Invalid parameter: ${what}`);
}

/** A required parameter was not sent; `member` as the service model names it, its first letter small. */
export function missing(member: string): SnsError {
  return new SnsError(
    'ValidationError',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

const codes: BrokerErrorTable<SnsErrorCode> = {
  'not-found': 'NotFound',
  exists: 'InvalidParameter',
  different: 'InvalidParameter',
  'invalid-name': 'InvalidParameter',
  'invalid-argument': 'InvalidParameter',
  'access-refused': 'AuthorizationError',
  locked: 'AuthorizationError',
  'exclusive-use': 'AuthorizationError',
  'limit-reached': 'InvalidParameter',
  'in-use': 'InvalidParameter',
  'not-empty': 'InvalidParameter',
  'unknown-delivery': 'InternalError',
  'not-in-flight': 'InternalError',
  'too-large': 'InvalidParameter',
  full: 'ServiceUnavailable',
  'missing-group': 'InvalidParameter',
  'missing-key': 'InvalidParameter',
  'corrupt-batch': 'InternalError',
  'producer-fenced': 'InternalError',
  'out-of-order': 'InternalError',
  'invalid-transaction-state': 'InternalError',
  'offset-out-of-range': 'InternalError',
  unsupported: 'UnsupportedOperation',
  stopped: 'ServiceUnavailable',
};

/** SNS's error for anything that a request throws. What is nobody's expected error becomes InternalError, without its text. */
export function snsErrorOf(error: unknown): SnsError {
  if (error instanceof SnsError) return error;
  if (error instanceof BrokerError) return new SnsError(codes[error.kind], error.message);
  if (error instanceof ServiceError) return ofForm(error);
  return new SnsError('InternalError', 'The request could not be served because of an error inside the broker.');
}

const sharedCodes: ReadonlySet<string> = new Set<SnsErrorCode>([
  'IncompleteSignature',
  'InvalidClientTokenId',
  'MalformedQueryString',
  'MissingAuthenticationToken',
  'SignatureDoesNotMatch',
]);

/** What was found before the action was asked, by what speaks SQS. */
function ofForm(error: ServiceError): SnsError {
  if (sharedCodes.has(error.code)) return new SnsError(error.code as SnsErrorCode, error.message);
  if (error.shape === 'AccessDeniedException') return new SnsError('AuthorizationError', error.message);
  if (error.shape === 'MissingRequiredParameterException') return new SnsError('ValidationError', error.message);
  return new SnsError('InvalidParameter', `Invalid parameter: ${error.message}`);
}
