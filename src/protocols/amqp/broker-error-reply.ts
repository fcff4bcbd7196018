import { BrokerError, type BrokerErrorKind, type BrokerErrorTable } from '../../core/index.js';
import { ChannelError, ConnectionError } from './amqp-error.js';
import type { HardErrorName, SoftErrorName } from './reply-code.js';

type Reply = { readonly soft: SoftErrorName } | { readonly hard: HardErrorName };

/**
 * What AMQP answers to each refusal of the core. Where RabbitMQ has a text of its own, the handler checks first and
 * says it; what arrives here keeps the core's words.
 */
const replies: BrokerErrorTable<Reply> = {
  'not-found': { soft: 'NOT_FOUND' },
  exists: { soft: 'PRECONDITION_FAILED' },
  different: { soft: 'PRECONDITION_FAILED' },
  'invalid-name': { soft: 'PRECONDITION_FAILED' },
  'invalid-argument': { soft: 'PRECONDITION_FAILED' },
  'access-refused': { soft: 'ACCESS_REFUSED' },
  locked: { soft: 'RESOURCE_LOCKED' },
  'exclusive-use': { soft: 'ACCESS_REFUSED' },
  'in-use': { soft: 'PRECONDITION_FAILED' },
  'not-empty': { soft: 'PRECONDITION_FAILED' },
  'unknown-delivery': { soft: 'PRECONDITION_FAILED' },
  'not-in-flight': { soft: 'PRECONDITION_FAILED' },
  'too-large': { soft: 'PRECONDITION_FAILED' },
  'limit-reached': { soft: 'PRECONDITION_FAILED' },
  full: { hard: 'RESOURCE_ERROR' },
  'missing-group': { soft: 'PRECONDITION_FAILED' },
  'missing-key': { soft: 'PRECONDITION_FAILED' },
  'corrupt-batch': { hard: 'INTERNAL_ERROR' },
  'producer-fenced': { hard: 'INTERNAL_ERROR' },
  'out-of-order': { hard: 'INTERNAL_ERROR' },
  'invalid-transaction-state': { hard: 'INTERNAL_ERROR' },
  'offset-out-of-range': { soft: 'PRECONDITION_FAILED' },
  unsupported: { hard: 'NOT_IMPLEMENTED' },
  stopped: { hard: 'CONNECTION_FORCED' },
};

export function replyTo(error: BrokerError): ChannelError | ConnectionError {
  const reply = replies[error.kind];
  return 'soft' in reply ? new ChannelError(reply.soft, error.message) : new ConnectionError(reply.hard, error.message);
}

/** Runs a command whose refusals of these kinds have texts of their own in this dialect. */
export function translated<T>(
  command: () => T,
  texts: Partial<Record<BrokerErrorKind, (error: BrokerError) => Error | undefined>>,
): T {
  try {
    return command();
  } catch (error) {
    if (error instanceof BrokerError) throw texts[error.kind]?.(error) ?? error;
    throw error;
  }
}
