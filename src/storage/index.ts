/** The storage engines that stand behind the core's port. */
export { MemoryEngine, type MemoryEngineOptions } from './memory/memory-engine.js';
export { SegmentLogEngine, type SegmentLogOptions } from './segment-log/segment-log-engine.js';
