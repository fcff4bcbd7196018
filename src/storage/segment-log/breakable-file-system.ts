import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileSystem, OpenFile } from './file-system.js';

const SECTOR_BYTES = 512;

/** Every call that changes something, for a test that wants to break one. */
export type Operation = 'write' | 'sync' | 'truncate' | 'create' | 'rename' | 'unlink' | 'sync-directory';

/** Asked before every such call; returns the error that the call is to fail with, if any. */
export type Breaker = (operation: Operation, path: string) => Error | undefined;

/** A file: what a read sees, and what is left of it when the power goes. */
class Inode {
  /** Where it was last seen. */
  path: string;
  content = Buffer.alloc(0);
  /** What the device has for certain. */
  stable = Buffer.alloc(0);
  /** Sectors that were written since the last sync. */
  readonly dirty = new Set<number>();

  constructor(path: string) {
    this.path = path;
  }

  write(bytes: Uint8Array, position: number): void {
    this.resize(Math.max(this.content.length, position + bytes.length));
    this.content.set(bytes, position);
    const last = Math.floor((position + bytes.length - 1) / SECTOR_BYTES);
    for (let sector = Math.floor(position / SECTOR_BYTES); sector <= last; sector++) this.dirty.add(sector);
  }

  resize(sizeBytes: number): void {
    if (sizeBytes === this.content.length) return;
    const resized = Buffer.alloc(sizeBytes);
    this.content.copy(resized, 0, 0, Math.min(sizeBytes, this.content.length));
    this.content = resized;
  }

  sync(): void {
    if (this.stable.length !== this.content.length) {
      this.stable = Buffer.from(this.content);
    } else {
      for (const sector of this.dirty) {
        const start = sector * SECTOR_BYTES;
        this.content.copy(this.stable, start, start, Math.min(start + SECTOR_BYTES, this.content.length));
      }
    }
    this.dirty.clear();
  }

  /** What is not stable is there or not, sector by sector. */
  losePower(random: () => number): void {
    const isSizeKept = random() < 0.5;
    const survivor = Buffer.alloc(isSizeKept ? this.content.length : this.stable.length);
    this.stable.copy(survivor);
    for (const sector of this.dirty) {
      const start = sector * SECTOR_BYTES;
      if (random() < 0.5) this.content.copy(survivor, start, start, Math.min(start + SECTOR_BYTES, survivor.length));
    }
    this.content = survivor;
    this.stable = Buffer.from(survivor);
    this.dirty.clear();
  }
}

/** A directory: names as they are seen, and the changes of names that no sync covered yet. */
class Directory {
  names = new Map<string, Inode | Directory>();
  stable = new Map<string, Inode | Directory>();
  pending: ((names: Map<string, Inode | Directory>) => void)[] = [];

  change(action: (names: Map<string, Inode | Directory>) => void): void {
    action(this.names);
    this.pending.push(action);
  }

  sync(): void {
    for (const action of this.pending.splice(0)) action(this.stable);
  }

  /** Of the changes that were not synced, the first few are there: a journal keeps their order. */
  losePower(random: () => number): void {
    const kept = Math.floor(random() * (this.pending.length + 1));
    for (const action of this.pending.slice(0, kept)) action(this.stable);
    this.pending = [];
    this.names = new Map(this.stable);
    for (const entry of this.names.values()) entry.losePower(random);
  }
}

/** Thrown to whoever still uses the file system of a process that is dead. */
class ProcessEnded extends Error {
  readonly code = 'EPROCESSENDED';
}

/**
 * A file system in memory that can be broken: calls that fail, a device that fills up, bits that flip, a process that is
 * killed, and power that is cut, after which whatever was not synced is there or not, sector by sector.
 */
export class BreakableFileSystem {
  #root = new Directory();
  /** Raised when the process that uses the file system ends: its calls fail from then on. */
  #generation = 0;
  #breaker: Breaker = () => undefined;
  #isUnreadable: (path: string, position: number) => boolean = () => false;
  capacityBytes = Infinity;
  /** How many calls that change something were made, for a test that wants to stop at each of them. */
  operations = 0;

  /** The file system as the next process sees it. */
  mount(): FileSystem {
    return new Mount(this, this.#generation);
  }

  breakWith(breaker: Breaker): void {
    this.#breaker = breaker;
  }

  /** The device reports an error for these places. */
  failReads(isUnreadable: (path: string, position: number) => boolean): void {
    this.#isUnreadable = isUnreadable;
  }

  checkReadable(path: string, position: number): void {
    if (this.#isUnreadable(path, position)) throw coded('EIO', path);
  }

  /** The process is gone; what it wrote is in the kernel's hands and stays. */
  killProcess(): void {
    this.#generation++;
  }

  /** The process is gone, and what it did not sync is gone as `random` decides. */
  cutPower(random: () => number): void {
    this.#generation++;
    this.#root.losePower(random);
  }

  flipBit(path: string, position: number, bit = 0): void {
    const inode = this.inode(path);
    inode.content[position] ^= 1 << bit;
    inode.stable[position] ^= 1 << bit;
  }

  /** The bytes of a file, for looking at. */
  contentOf(path: string): Buffer {
    return this.inode(path).content;
  }

  /** The paths of all files. */
  paths(): string[] {
    const found: string[] = [];
    const walk = (directory: Directory, path: string): void => {
      for (const [name, entry] of directory.names) {
        if (entry instanceof Directory) walk(entry, `${path}/${name}`);
        else found.push(`${path}/${name}`);
      }
    };
    walk(this.#root, '');
    return found;
  }

  usedBytes(): number {
    return this.paths().reduce((sum, path) => sum + this.inode(path).content.length, 0);
  }

  /** Called by every operation of a mount: throws what the test wants thrown. */
  begin(generation: number, operation: Operation | undefined, path: string): void {
    if (generation !== this.#generation)
      throw new ProcessEnded(`${operation ?? 'read'} ${path} after the process ended`);
    if (operation === undefined) return;
    this.operations++;
    const error = this.#breaker(operation, path);
    if (error !== undefined) throw error;
    if (generation !== this.#generation) throw new ProcessEnded(`${operation} ${path} while the process ended`);
  }

  directory(path: string): Directory {
    let found = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      const next = found.names.get(name);
      if (!(next instanceof Directory)) throw missing(path);
      found = next;
    }
    return found;
  }

  inode(path: string): Inode {
    const found = this.directory(dirname(path)).names.get(nameOf(path));
    if (!(found instanceof Inode)) throw missing(path);
    return found;
  }
}

class Mount implements FileSystem {
  readonly #disk: BreakableFileSystem;
  readonly #generation: number;

  constructor(disk: BreakableFileSystem, generation: number) {
    this.#disk = disk;
    this.#generation = generation;
  }

  async makeDirectory(path: string): Promise<void> {
    let at = '';
    for (const name of path.split('/').filter((part) => part !== '')) {
      const parent = this.#disk.directory(at);
      at = `${at}/${name}`;
      if (parent.names.has(name)) continue;
      await this.#begin('create', at);
      const made = new Directory();
      parent.change((names) => names.set(name, made));
      parent.sync();
    }
  }

  async list(path: string): Promise<string[]> {
    await this.#begin(undefined, path);
    return [...this.#disk.directory(path).names.keys()];
  }

  async open(path: string): Promise<OpenFile> {
    await this.#begin(undefined, path);
    return new BreakableFile(this.#disk, this.#generation, this.#disk.inode(path));
  }

  async create(path: string): Promise<OpenFile> {
    await this.#begin('create', path);
    const directory = this.#disk.directory(dirname(path));
    const name = nameOf(path);
    if (directory.names.has(name)) throw coded('EEXIST', path);
    const inode = new Inode(path);
    directory.change((names) => names.set(name, inode));
    return new BreakableFile(this.#disk, this.#generation, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#begin('rename', from);
    if (dirname(from) !== dirname(to)) throw new Error('renames stay in their directory here');
    const inode = this.#disk.inode(from);
    this.#disk.directory(dirname(from)).change((names) => {
      names.delete(nameOf(from));
      names.set(nameOf(to), inode);
    });
    inode.path = to;
  }

  async unlink(path: string): Promise<void> {
    await this.#begin('unlink', path);
    this.#disk.inode(path);
    this.#disk.directory(dirname(path)).change((names) => names.delete(nameOf(path)));
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#begin('unlink', path);
    if (this.#disk.directory(path).names.size > 0) throw coded('ENOTEMPTY', path);
    this.#disk.directory(dirname(path)).change((names) => names.delete(nameOf(path)));
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#begin('sync-directory', path);
    this.#disk.directory(path).sync();
  }

  async freeBytes(): Promise<number> {
    return Math.min(this.#disk.capacityBytes - this.#disk.usedBytes(), Number.MAX_SAFE_INTEGER);
  }

  readSync(path: string, position: number, length: number): Uint8Array {
    this.#disk.begin(this.#generation, undefined, path);
    return Buffer.from(this.#disk.inode(path).content.subarray(position, position + length));
  }

  async #begin(operation: Operation | undefined, path: string): Promise<void> {
    await nextTurn();
    this.#disk.begin(this.#generation, operation, path);
  }
}

class BreakableFile implements OpenFile {
  readonly #disk: BreakableFileSystem;
  readonly #generation: number;
  readonly #inode: Inode;

  constructor(disk: BreakableFileSystem, generation: number, inode: Inode) {
    this.#disk = disk;
    this.#generation = generation;
    this.#inode = inode;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    await this.#begin(undefined);
    this.#disk.checkReadable(this.#inode.path, position);
    const found = this.#inode.content.subarray(position, position + into.length);
    into.set(found);
    return found.length;
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    // The bytes are taken when the call is made and seen a turn later, as by another thread.
    const bytes = Buffer.concat(parts);
    await this.#begin('write');
    if (bytes.length === 0) return;
    const grown = Math.max(0, position + bytes.length - this.#inode.content.length);
    const room = this.#disk.capacityBytes - this.#disk.usedBytes();
    if (grown > room) {
      const fits = bytes.length - Math.ceil(grown - room);
      if (fits > 0) this.#inode.write(bytes.subarray(0, fits), position);
      throw coded('ENOSPC', this.#inode.path);
    }
    this.#inode.write(bytes, position);
  }

  async syncData(): Promise<void> {
    await this.#begin('sync');
    this.#inode.sync();
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#begin('truncate');
    this.#inode.resize(sizeBytes);
    for (const sector of this.#inode.dirty) if (sector * SECTOR_BYTES >= sizeBytes) this.#inode.dirty.delete(sector);
  }

  async size(): Promise<number> {
    await this.#begin(undefined);
    return this.#inode.content.length;
  }

  async close(): Promise<void> {}

  async #begin(operation: Operation | undefined): Promise<void> {
    await nextTurn();
    this.#disk.begin(this.#generation, operation, this.#inode.path);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function missing(path: string): Error {
  return coded('ENOENT', path);
}

function coded(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
