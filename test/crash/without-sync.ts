/**
 * Loaded into a broker with `--import`, before everything else, it takes the sync out: what asks for stable storage is
 * told at once that all is well. Only the power-cut test does this, to see itself fail.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const done = (_descriptor: number, callback: (error: NodeJS.ErrnoException | null) => void): void => {
  setImmediate(callback, null);
};

Object.assign(fs, { fsync: done, fdatasync: done, fsyncSync: () => {}, fdatasyncSync: () => {} });

const directory = await fs.promises.open('.', 'r');
const handle = Object.getPrototypeOf(directory) as { sync: unknown; datasync: unknown };
await directory.close();
handle.sync = handle.datasync = () => Promise.resolve();

syncBuiltinESMExports();
