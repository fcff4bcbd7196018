import { BrokerError, type BrokerErrorTable } from '../../../core/index.js';
import { ServiceError, type ServiceErrorShape } from '../wire/service-error.js';

/** What the service calls each reason for which the core refuses. */
const shapes: BrokerErrorTable<ServiceErrorShape> = {
  'not-found': 'QueueDoesNotExist',
  exists: 'QueueNameExists',
  different: 'QueueNameExists',
  'invalid-name': 'InvalidParameterValueException',
  'invalid-argument': 'InvalidParameterValueException',
  'access-refused': 'AccessDeniedException',
  locked: 'AccessDeniedException',
  'exclusive-use': 'AccessDeniedException',
  'in-use': 'UnsupportedOperation',
  'not-empty': 'UnsupportedOperation',
  'unknown-delivery': 'ReceiptHandleIsInvalid',
  'not-in-flight': 'ReceiptHandleIsInvalid',
  'too-large': 'InvalidParameterValueException',
  'limit-reached': 'OverLimit',
  full: 'ServiceUnavailable',
  'missing-group': 'MissingRequiredParameterException',
  'missing-key': 'InvalidParameterValueException',
  'corrupt-batch': 'InternalFailure',
  'producer-fenced': 'InternalFailure',
  'out-of-order': 'InternalFailure',
  'invalid-transaction-state': 'InternalFailure',
  'offset-out-of-range': 'InternalFailure',
  unsupported: 'UnsupportedOperation',
  stopped: 'ServiceUnavailable',
};

/** The service's error for anything that an action throws. What is nobody's expected error becomes InternalFailure, without its text. */
export function serviceErrorOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof BrokerError) return new ServiceError(shapes[error.kind], error.message);
  return new ServiceError('InternalFailure', 'The request could not be served because of an error inside the broker.');
}
