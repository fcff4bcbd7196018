import type { Quarantined } from '../../core/index.js';
import type { EngineFixture } from '../engine-conformance.js';
import { ShardDriver } from '../conformance/shard-driver.js';
import { BreakableFileSystem } from './breakable-file-system.js';
import type { FileSystem } from './file-system.js';
import { SegmentLogEngine, type SegmentLogOptions } from './segment-log-engine.js';
import type { SegmentLogShard } from './segment-log-shard.js';

const KIB = 1024;

/** A data directory in memory, a driver for the engine over it, and a handle on everything that can be broken. */
export class TestPlace {
  readonly disk = new BreakableFileSystem();
  readonly damage: Quarantined[] = [];
  readonly driver: ShardDriver;
  readonly #options: Partial<SegmentLogOptions>;
  #engine: SegmentLogEngine | undefined;

  private constructor(options: Partial<SegmentLogOptions>, driver: (place: TestPlace) => ShardDriver) {
    this.#options = options;
    this.driver = driver(this);
  }

  /** A fresh place with an open shard. */
  static async open(options: Partial<SegmentLogOptions> = {}): Promise<TestPlace> {
    const place = new TestPlace(options, (self) => new ShardDriver(self.#fixture()));
    await place.#engine?.open();
    await place.driver.open();
    return place;
  }

  get shard(): SegmentLogShard {
    return this.driver.shard as SegmentLogShard;
  }

  /** The paths of the files whose path contains `part`, in order. */
  paths(part: string): string[] {
    return this.disk
      .paths()
      .filter((path) => path.includes(part))
      .sort();
  }

  /** The path of the only such file. */
  path(part: string): string {
    const [path, ...more] = this.paths(part);
    if (path === undefined || more.length > 0) throw new Error(`${more.length + 1} files for ${part}`);
    return path;
  }

  /** Where the text begins in the file. */
  find(path: string, text: string): number {
    const at = this.disk.contentOf(path).indexOf(text);
    if (at < 0) throw new Error(`${path} does not hold ${text}`);
    return at;
  }

  #fixture(): EngineFixture {
    const made = () => this.#made(this.disk.mount());
    this.#engine = made();
    return {
      engine: this.#engine,
      reopen: async () => {
        this.disk.killProcess();
        const engine = made();
        await engine.open();
        return engine;
      },
      rival: () => undefined,
      async release() {},
    };
  }

  #made(fileSystem: FileSystem): SegmentLogEngine {
    return new SegmentLogEngine({
      directory: '/data',
      segmentBytes: 64 * KIB,
      firstSegmentBytes: 64 * KIB,
      topicSegmentBytes: 64 * KIB,
      cacheBytes: 0,
      ...this.#options,
      onDamage: (quarantined) => this.damage.push(quarantined),
      fileSystem,
      hold: async () => async () => undefined,
    });
  }
}
