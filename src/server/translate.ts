import type { DialectTranslation, Translate } from '../core/index.js';
import { amqpTranslation } from '../protocols/amqp/index.js';
import { kafkaTranslation } from '../protocols/kafka/index.js';
import { sqsTranslation } from '../protocols/sqs/index.js';

const translations = new Map<number, DialectTranslation>(
  [amqpTranslation, kafkaTranslation, sqsTranslation].map((translation) => [translation.dialect, translation]),
);

/** Any dialect's message in the neutral form. */
export const translate: Translate = (dialect, envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd) =>
  translations.get(dialect)!.toPivot(envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd);
