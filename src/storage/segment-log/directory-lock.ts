import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { StorageError } from '../../core/index.js';

/** Takes a directory for this process alone; resolves with the way to let go. Rejects with StorageError `locked`. */
export type HoldDirectory = (directory: string) => Promise<() => Promise<void>>;

/** Unix socket paths are this long at most, the closing zero included (108 on Linux, 104 on macOS). */
const MAX_SOCKET_PATH = 103;

/**
 * Holds a directory by listening on sockets, which the kernel closes when the process ends, however it ends. A file with
 * a process id in it would outlive a crash, and the id may belong to someone else by then.
 *
 * Two sockets, because each sees what the other does not. A name in the kernel (an abstract socket on Linux, a pipe on
 * Windows) has no race: of two that ask at the same time one gets it. But it is known only within one network namespace.
 * A socket in the directory itself is met by whoever shares the directory, in another container too.
 */
export async function holdDirectory(directory: string): Promise<() => Promise<void>> {
  const servers: Server[] = [];
  const release = async () => {
    for (const server of servers) await closed(server);
  };
  try {
    const name = kernelName(directory);
    if (name !== undefined) servers.push(await listening(name, directory));
    if (process.platform !== 'win32') {
      const server = await holdBySocketFile(directory);
      if (server !== undefined) servers.push(server);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return async () => {
    await fs.promises.rm(socketFile(directory), { force: true });
    await release();
  };
}

/** The directory's own number, so that two paths to it are one name. Undefined where the platform has no such names. */
function kernelName(directory: string): string | undefined {
  const { dev, ino } = fs.statSync(directory, { bigint: true });
  const name = `rosettamq-${dev}-${ino}`;
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return undefined;
}

function socketFile(directory: string): string {
  return join(directory, 'lock.sock');
}

/**
 * Puts a listening socket at `lock.sock`. It is made under a name of its own and then linked there, which fails where
 * something is: so the file never stands there without an owner listening. One whose owner is gone is moved aside first.
 * Undefined where the file system, or the length of the path, allows no sockets.
 */
async function holdBySocketFile(directory: string): Promise<Server | undefined> {
  const target = socketFile(directory);
  const own = join(directory, `.lock-${randomUUID().slice(0, 8)}`);
  if (Buffer.byteLength(own) > MAX_SOCKET_PATH) return undefined;
  let server: Server;
  try {
    server = await listening(own, directory);
  } catch (error) {
    if (error instanceof StorageError && error.kind === 'not-writable') return undefined;
    throw error;
  }
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await linked(own, target)) return server;
      const owner = await ownerOf(target);
      if (owner !== undefined) throw lockedBy(directory, owner);
      await fs.promises.rm(target, { force: true });
    }
    throw lockedBy(directory, 'another process that is starting');
  } catch (error) {
    await closed(server);
    throw error;
  } finally {
    await fs.promises.rm(own, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await fs.promises.link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Listens, and tells whoever connects who it is. */
function listening(path: string, directory: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(`process ${process.pid}`);
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && !(process.platform === 'win32' && error.code === 'EACCES')) {
        reject(new StorageError('not-writable', `cannot listen for the lock of ${directory}`, { cause: error }));
        return;
      }
      void ownerOf(path).then((owner) => reject(lockedBy(directory, owner ?? 'another process')));
    });
    server.listen({ path }, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** What the owner that listens there says of itself; undefined where nobody does. */
function ownerOf(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let text = '';
    socket.setTimeout(1000, () => socket.destroy());
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.once('connect', () => (text ||= ''));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const nobody = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      resolve(nobody ? undefined : 'another process');
    });
    socket.once('close', () => resolve(text === '' ? 'another process' : text));
  });
}

function lockedBy(directory: string, owner: string): StorageError {
  return new StorageError('locked', `${directory} is in use by ${owner}`);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
