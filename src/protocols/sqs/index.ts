/** The face of the SQS room. */
export type { Definitions } from './definitions/definitions.js';
export { sqsTranslation } from './message/pivot.js';
export { receiptKeyBytes } from './message/receipt-handle.js';
export { SqsFront, type SqsFrontOptions } from './sqs-front.js';
export type { AccessKeys, SqsAccess } from './signature/access-keys.js';
