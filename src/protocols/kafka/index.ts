/** The face of the Kafka dialect. */
export type { GroupAccess, GroupAnswers } from './groups/group-access.js';
export { readForeignRecord } from './records/foreign-record.js';
export type { FrontStores } from './front-stores.js';
export { KafkaFront } from './kafka-front.js';
export type { KafkaListener } from './kafka-listener.js';
export { KAFKA_DEFAULTS, type KafkaOptions } from './kafka-options.js';
export { openBatch, type OpenedBatch } from './records/open-batch.js';
export { encodeRecordEnvelope } from './records/record-envelope.js';
export { kafkaTranslation } from './records/to-pivot.js';
export { type CompactionPolicy, compactionPolicy } from './topics/compaction-policy.js';
