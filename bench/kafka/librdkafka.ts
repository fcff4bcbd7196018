import { execFile, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../machine/cache-folder.js';

/** The Python package that ships librdkafka as a built library; its minor version is that of librdkafka. */
const packageName = 'confluent-kafka';
const packageVersion = '2.16.1';

const script = fileURLToPath(new URL('../../../bench/kafka/librdkafka_driver.py', import.meta.url));

export interface Produced {
  readonly records: number;
  /** What the partition holds afterwards, by its watermarks. */
  readonly stored: number;
  readonly seconds: number;
  readonly driver_cpu_seconds: number;
  /** How long the driver waited because its own queue was full: it was ahead of the broker. */
  readonly queue_full_seconds: number;
  /** Mean size of what one Produce request carried. */
  readonly batch_bytes: number;
}

export interface Consumed {
  readonly records: number;
  /** Those that came after the clock was started by the first ones. */
  readonly timed_records: number;
  readonly wrong: number;
  readonly seconds: number;
  readonly driver_cpu_seconds: number;
}

/** Runs the librdkafka driver, each time as a process of its own, and reads its result. */
export class Librdkafka {
  readonly #python: string;

  private constructor(python: string) {
    this.#python = python;
  }

  /** Installs the client into the cache unless it is there. Throws, with the reason, when it cannot be had. */
  static prepare(): Librdkafka {
    const folder = join(cacheFolder('python'), `${packageName}-${packageVersion}`);
    const python = join(folder, 'bin', 'python');
    if (!existsSync(join(folder, 'installed'))) {
      rmSync(folder, { recursive: true, force: true });
      attempt('python3', ['-m', 'venv', folder]);
      attempt(python, ['-m', 'pip', 'install', '--quiet', `${packageName}==${packageVersion}`]);
      attempt(python, ['-c', `import confluent_kafka; open(${JSON.stringify(join(folder, 'installed'))}, 'w')`]);
    }
    return new Librdkafka(python);
  }

  /** Creates the topic with one partition and fills it with acks=all, or throws when anything was not acknowledged. */
  produce(port: number, topic: string, recordBytes: number, seconds: number, mostRecords: number): Promise<Produced> {
    const order = { topic, record_bytes: recordBytes, seconds, most_records: mostRecords };
    return this.#run<Produced>('produce', port, order, seconds + 120);
  }

  /** Reads the partition from its beginning. */
  consume(port: number, topic: string, recordBytes: number, records: number): Promise<Consumed> {
    return this.#run<Consumed>('consume', port, { topic, record_bytes: recordBytes, records }, 180);
  }

  async drop(port: number, topic: string): Promise<void> {
    await this.#run('drop', port, { topic }, 60);
  }

  async #run<T>(operation: string, port: number, order: object, limitSeconds: number): Promise<T> {
    const argument = JSON.stringify({ do: operation, bootstrap: `127.0.0.1:${port}`, ...order });
    try {
      const { stdout } = await promisify(execFile)(this.#python, [script, argument], {
        timeout: limitSeconds * 1e3,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024 * 1024,
      });
      return JSON.parse(stdout) as T;
    } catch (error) {
      const said = (error as { stderr?: string }).stderr?.trim().split('\n').slice(-3).join(' | ') ?? '';
      throw new Error(`librdkafka could not ${operation} within ${limitSeconds} s: ${said.slice(-600)}`, {
        cause: error,
      });
    }
  }
}

function attempt(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? status}`);
}
