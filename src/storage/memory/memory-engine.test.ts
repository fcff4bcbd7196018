import { describeEngine } from '../engine-conformance.js';
import { MemoryEngine } from './memory-engine.js';

describeEngine({
  name: 'memory',
  async create(options) {
    const engine = new MemoryEngine(options);
    await engine.open();
    return {
      engine,
      async reopen() {
        await engine.close();
        await engine.open();
        return engine;
      },
      rival: () => undefined,
      async release() {},
    };
  },
  skips: {
    'a place is held by one engine at a time': 'the place is the engine object itself',
  },
});
