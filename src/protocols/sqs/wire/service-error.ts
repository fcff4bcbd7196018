interface ErrorForm {
  /** What the query form calls it; the JSON form says it in a header. */
  readonly code: string;
  readonly status: number;
  /** Whose fault it is, as the service words it. */
  readonly fault: 'Sender' | 'Receiver';
  /** Namespace of the shape in the JSON form's `__type`. */
  readonly namespace: string;
}

const sqs = 'com.amazonaws.sqs';
const coral = 'com.amazon.coral.service';

function sender(code: string, status = 400, namespace = sqs): ErrorForm {
  return { code, status, fault: 'Sender', namespace };
}

/**
 * Every error that this front answers with: the shape's name, then how it looks on the wire. From the service model
 * (sqs 2012-11-05, `awsQueryError`), with the two parameter errors that the service sends but does not model.
 */
const forms = {
  QueueDoesNotExist: sender('AWS.SimpleQueueService.NonExistentQueue'),
  QueueNameExists: sender('QueueAlreadyExists'),
  QueueDeletedRecently: sender('AWS.SimpleQueueService.QueueDeletedRecently'),
  PurgeQueueInProgress: sender('AWS.SimpleQueueService.PurgeQueueInProgress', 403),
  EmptyBatchRequest: sender('AWS.SimpleQueueService.EmptyBatchRequest'),
  TooManyEntriesInBatchRequest: sender('AWS.SimpleQueueService.TooManyEntriesInBatchRequest'),
  BatchEntryIdsNotDistinct: sender('AWS.SimpleQueueService.BatchEntryIdsNotDistinct'),
  InvalidBatchEntryId: sender('AWS.SimpleQueueService.InvalidBatchEntryId'),
  BatchRequestTooLong: sender('AWS.SimpleQueueService.BatchRequestTooLong'),
  ReceiptHandleIsInvalid: sender('ReceiptHandleIsInvalid', 404),
  ResourceNotFoundException: sender('ResourceNotFoundException', 404),
  UnsupportedOperation: sender('AWS.SimpleQueueService.UnsupportedOperation'),
  InvalidAttributeName: sender('InvalidAttributeName'),
  InvalidAttributeValue: sender('InvalidAttributeValue'),
  InvalidMessageContents: sender('InvalidMessageContents'),
  OverLimit: sender('OverLimit', 403),
  RequestThrottled: sender('RequestThrottled', 403),
  InvalidParameterValueException: sender('InvalidParameterValue'),
  MissingRequiredParameterException: sender('MissingParameter'),
  AccessDeniedException: sender('AccessDenied', 403),
  MissingAuthenticationTokenException: sender('MissingAuthenticationToken', 403, coral),
  UnrecognizedClientException: sender('InvalidClientTokenId', 403, coral),
  InvalidSignatureException: sender('SignatureDoesNotMatch', 403, coral),
  IncompleteSignatureException: sender('IncompleteSignature', 400, coral),
  SerializationException: sender('MalformedInput', 400, coral),
  MalformedQueryStringException: sender('MalformedQueryString', 400, coral),
  InvalidActionException: sender('InvalidAction', 400, coral),
  UnknownOperationException: sender('UnknownOperationException', 400, coral),
  RequestEntityTooLargeException: sender('RequestEntityTooLarge', 413, coral),
  ServiceUnavailable: { code: 'ServiceUnavailable', status: 503, fault: 'Receiver', namespace: coral },
  InternalFailure: { code: 'InternalFailure', status: 500, fault: 'Receiver', namespace: coral },
} as const satisfies Record<string, ErrorForm>;

export type ServiceErrorShape = keyof typeof forms;

/** A request that is refused, or an entry of a batch that is. */
export class ServiceError extends Error {
  readonly shape: ServiceErrorShape;
  /** The text where the query form words it differently. */
  readonly queryMessage: string;

  constructor(shape: ServiceErrorShape, message: string, queryMessage = message) {
    super(message);
    this.name = 'ServiceError';
    this.shape = shape;
    this.queryMessage = queryMessage;
  }

  get code(): string {
    return forms[this.shape].code;
  }

  get status(): number {
    return forms[this.shape].status;
  }

  get fault(): 'Sender' | 'Receiver' {
    return forms[this.shape].fault;
  }

  /** The JSON form's `__type`. */
  get type(): string {
    return `${forms[this.shape].namespace}#${this.shape}`;
  }
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message);
}

/** `Value <value> for parameter <name> is invalid. Reason: <reason>`, the service's usual wording. */
export function invalidValue(name: string, value: string | number, reason: string): ServiceError {
  return invalidParameter(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);
}

export function missingParameter(name: string): ServiceError {
  return new ServiceError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);
}

export function noSuchQueue(): ServiceError {
  return new ServiceError(
    'QueueDoesNotExist',
    'The specified queue does not exist.',
    'The specified queue does not exist for this wsdl version.',
  );
}
