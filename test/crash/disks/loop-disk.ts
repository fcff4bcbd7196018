import { execFileSync, spawn } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disk } from '../crash-run.js';
import type { CrashableBroker } from '../crashable-broker.js';

const MIB = 1024 * 1024;
/**
 * Waits for a line, then ends the file system at once: FS_IOC_SHUTDOWN with FS_SHUTDOWN_FLAGS_NOLOGFLUSH, after which
 * nothing that is still in memory gets to the device, not even the file system's own journal.
 */
const CUT = `
import fcntl, os, struct, sys
root = os.open(sys.argv[1], os.O_RDONLY)
print("armed", flush=True)
sys.stdin.readline()
fcntl.ioctl(root, 0x8004587D, struct.pack("I", 2))
print("cut", flush=True)
`;

/** A small ext4 file system in a file, whose power can be cut. Needs Linux, root and python3. */
export class LoopDisk implements Disk {
  readonly dataDir: string;
  readonly #image: string;
  readonly #mountPoint: string;
  #mounted = false;

  private constructor(folder: string) {
    this.#image = join(folder, 'image');
    this.#mountPoint = join(folder, 'mounted');
    this.dataDir = join(this.#mountPoint, 'data');
  }

  /** Makes the file system and mounts it; `folder` is created. Throws where the machine does not let it. */
  static create(folder: string, sizeMib: number): LoopDisk {
    const disk = new LoopDisk(folder);
    mkdirSync(disk.#mountPoint, { recursive: true });
    const image = openSync(disk.#image, 'w');
    ftruncateSync(image, sizeMib * MIB);
    closeSync(image);
    run('mkfs.ext4', ['-q', '-F', disk.#image]);
    disk.#mount();
    return disk;
  }

  /** Why this machine cannot do it; undefined when it can. Tries everything once. */
  static async unavailable(): Promise<string | undefined> {
    if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
    const folder = mkdtempSync(join(tmpdir(), 'rosettamq-disk-'));
    let disk: LoopDisk | undefined;
    try {
      disk = LoopDisk.create(folder, 16);
      await disk.#cut(() => {});
      disk.#unmount();
      disk.#mount();
      return undefined;
    } catch (error) {
      return (error as Error).message.trim().replaceAll('\n', ' ');
    } finally {
      disk?.remove();
      rmSync(folder, { recursive: true });
    }
  }

  get mountPoint(): string {
    return this.#mountPoint;
  }

  /** The power goes while the broker works; then everything comes up again. */
  readonly crash = async (broker: CrashableBroker): Promise<void> => {
    let killed: Promise<unknown> | undefined;
    await this.#cut(() => {
      killed = broker.kill();
    });
    await (killed ?? broker.kill());
    this.#unmount();
    this.#mount();
  };

  /** Unmounts it and removes its file. */
  remove(): void {
    if (this.#mounted) this.#unmount();
    rmSync(this.#image, { force: true });
  }

  /** Calls `whenCut` in the moment in which nothing gets to the device any more. */
  #cut(whenCut: () => void): Promise<void> {
    const child = spawn('python3', ['-c', CUT, this.#mountPoint], { stdio: ['pipe', 'pipe', 'pipe'] });
    return new Promise((resolve, reject) => {
      let said = '';
      let complaint = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said === 'armed\n') child.stdin.write('\n');
        else if (said.endsWith('cut\n')) whenCut();
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        complaint += text;
      });
      child.on('error', reject);
      child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`the power was not cut: ${complaint}`))));
    });
  }

  #mount(): void {
    run('mount', ['-o', 'loop', this.#image, this.#mountPoint]);
    this.#mounted = true;
  }

  #unmount(): void {
    run('umount', [this.#mountPoint]);
    this.#mounted = false;
  }
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}
