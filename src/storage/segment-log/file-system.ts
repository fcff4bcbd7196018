/**
 * The few things the engine asks of a file system, as an interface, so that tests can break it. Paths are absolute.
 * Failures reject with the platform's error, whose `code` is read (`ENOENT`, `ENOSPC`, …).
 */
export interface FileSystem {
  /** Creates the directory and those above it, stable on return; one that is there already is no error. */
  makeDirectory(path: string): Promise<void>;
  /** The names in a directory, in no order. */
  list(path: string): Promise<string[]>;
  /** Opens a file that must exist, for reading, and unless `readOnly` for writing. */
  open(path: string, access: 'read' | 'write'): Promise<OpenFile>;
  /** Creates a file that must not exist, for reading and writing. */
  create(path: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  removeDirectory(path: string): Promise<void>;
  /** Makes the directory's own entries (created, renamed, removed files) stable. */
  syncDirectory(path: string): Promise<void>;
  freeBytes(path: string): Promise<number>;
  /** Reads at once, blocking; for the rare value that a synchronous caller asks for. */
  readSync(path: string, position: number, length: number): Uint8Array;
}

export interface OpenFile {
  /** Fills `into` from `position`; resolves with the bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `parts`, one after the other, in one write where the platform can. */
  write(parts: readonly Uint8Array[], position: number): Promise<void>;
  /** Makes what was written stable, and the file's size where it changed. */
  syncData(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/** Whether a failure says that the device has no room (full, or over a quota). */
export function isNoSpace(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** The size of a file in bytes. */
export async function fileSize(fileSystem: FileSystem, path: string): Promise<number> {
  const file = await fileSystem.open(path, 'read');
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}

/** Reads a whole file; rejects with ENOENT where there is none. */
export async function readWhole(fileSystem: FileSystem, path: string): Promise<Buffer> {
  const file = await fileSystem.open(path, 'read');
  try {
    const content = Buffer.allocUnsafe(await file.size());
    const length = await file.read(content, 0);
    return content.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** Puts a whole file in place so that after a crash either the old or the new content is there. The directory is not synced. */
export async function writeWhole(fileSystem: FileSystem, path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  await fileSystem.unlink(temporary).catch(ignoreMissing);
  const file = await fileSystem.create(temporary);
  try {
    await file.write([content], 0);
    await file.syncData();
  } finally {
    await file.close();
  }
  await fileSystem.rename(temporary, path);
}

/** For `catch`: swallows "no such file" and nothing else. */
export function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
