/** The storage engines that stand behind the core's port. */
export { MemoryEngine, type MemoryEngineOptions } from './memory/memory-engine.js';
