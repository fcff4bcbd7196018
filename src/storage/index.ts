/** The storage engines that stand behind the core's port. */
export { MemoryEngine, type MemoryEngineOptions } from './memory/memory-engine.js';
export { SegmentLogEngine, type SegmentLogOptions } from './segment-log/segment-log-engine.js';
export {
  type ShardReport,
  verifyDataDirectory,
  type VerifyOptions,
  type VerifyReport,
} from './segment-log/verify-data-directory.js';
