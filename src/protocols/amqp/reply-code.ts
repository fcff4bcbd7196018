/** Reply codes of AMQP 0-9-1 (spec section 1.1, "constants"), with the names RabbitMQ puts in front of its reply texts. */
export const replyCodes = {
  CONTENT_TOO_LARGE: 311,
  NO_ROUTE: 312,
  NO_CONSUMERS: 313,
  CONNECTION_FORCED: 320,
  INVALID_PATH: 402,
  ACCESS_REFUSED: 403,
  NOT_FOUND: 404,
  RESOURCE_LOCKED: 405,
  PRECONDITION_FAILED: 406,
  FRAME_ERROR: 501,
  SYNTAX_ERROR: 502,
  COMMAND_INVALID: 503,
  CHANNEL_ERROR: 504,
  UNEXPECTED_FRAME: 505,
  RESOURCE_ERROR: 506,
  NOT_ALLOWED: 530,
  NOT_IMPLEMENTED: 540,
  INTERNAL_ERROR: 541,
} as const;

export type ReplyName = keyof typeof replyCodes;

/** The names whose errors close one channel; every other error closes the connection. */
export type SoftErrorName = 'ACCESS_REFUSED' | 'NOT_FOUND' | 'RESOURCE_LOCKED' | 'PRECONDITION_FAILED';
export type HardErrorName = Exclude<ReplyName, SoftErrorName | 'CONTENT_TOO_LARGE' | 'NO_ROUTE' | 'NO_CONSUMERS'>;
