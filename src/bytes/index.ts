/** The leaf room: readers, writers and checksums that know no message and no dialect. */
export {
  DIALECT_AMQP,
  DIALECT_KAFKA,
  DIALECT_NATIVE,
  DIALECT_SQS,
  HAS_DEDUPLICATION,
  HAS_DUE,
  HAS_EXPIRY,
  HAS_GROUP,
  HAS_HISTORY,
  HAS_PRIORITY,
  IS_REFERENCE,
  IS_TRANSIENT,
  readU16,
  readU32,
  readU48,
  RECORD_HEADER_BYTES,
  writeU16,
  writeU32,
  writeU48,
} from './record.js';
export { decodeUtf8, encodeUtf8, utf8Length, writeUtf8 } from './utf8.js';
