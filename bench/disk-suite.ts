import { runDiskLoop } from './machine/disk-loop.js';
import { type Suite, selected } from './suite.js';

const batchSizes = [1024, 16 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024];
const modes = ['append', 'in-place'] as const;

/** The disk alone: what a single writer gets that waits for each sync. No server can confirm faster. */
export const diskSuite: Suite = {
  name: 'disk',
  async run(settings, ledger) {
    for (const mode of modes) {
      const shape = `disk ${mode}`;
      if (!selected(settings, shape)) continue;
      for (let round = 1; round <= settings.rounds; round++) {
        for (const batchBytes of batchSizes) {
          const durationMs = settings.quick ? 300 : 1000;
          const loop = runDiskLoop({ folder: settings.dataRoot, batchBytes, durationMs, mode });
          const figure = { shape, contender: 'disk loop', round } as const;
          const size = `${batchBytes / 1024} KiB`;
          ledger.record({ ...figure, metric: `${size} rate`, unit: 'syncs/s', value: loop.syncsPerSecond });
          ledger.record({ ...figure, metric: `${size} bandwidth`, unit: 'MB/s', value: loop.bytesPerSecond / 1e6 });
          ledger.record({ ...figure, metric: `${size} p99`, unit: 'ms', value: loop.p99Ms });
        }
      }
    }
  },
};
