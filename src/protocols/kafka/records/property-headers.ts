import type { PivotMessage } from '../../../core/index.js';

/**
 * Record headers that stand for what other dialects have as properties of their own. Kafka readers of such messages
 * see them, and a Kafka producer who sets one gives its record that property for readers of other dialects.
 */
export const PROPERTY_HEADERS = {
  'rosettamq.content_type': 'contentType',
  'rosettamq.content_encoding': 'contentEncoding',
  'rosettamq.message_id': 'messageId',
  'rosettamq.correlation_id': 'correlationId',
  'rosettamq.reply_to': 'replyTo',
  'rosettamq.type': 'type',
  'rosettamq.app_id': 'appId',
  'rosettamq.user_id': 'userId',
  'rosettamq.group': 'group',
  'rosettamq.deduplication_id': 'deduplicationId',
} as const satisfies Record<string, keyof PivotMessage>;

export type PropertyHeader = keyof typeof PROPERTY_HEADERS;

export const PROPERTY_HEADER_NAMES = Object.keys(PROPERTY_HEADERS) as readonly PropertyHeader[];

export function isPropertyHeader(name: string): name is PropertyHeader {
  return Object.hasOwn(PROPERTY_HEADERS, name);
}

export const PRIORITY_HEADER = 'rosettamq.priority';
/** Only shown: where a record goes in another dialect is not its header's decision. */
export const EXCHANGE_HEADER = 'rosettamq.exchange';
export const ROUTING_KEY_HEADER = 'rosettamq.routing_key';
