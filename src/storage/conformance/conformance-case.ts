import type { FixtureOptions, ShardDriver } from './shard-driver.js';

/** One thing that every engine does; the driver has a fresh, open, replayed shard unless `unopened`. */
export interface ConformanceCase {
  readonly name: string;
  readonly unopened?: boolean;
  readonly fixture?: FixtureOptions;
  run(driver: ShardDriver): Promise<void>;
}
