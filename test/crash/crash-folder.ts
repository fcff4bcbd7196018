import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/**
 * A folder for one test's data, history and logs. It is removed when the test passes; when it fails, the folder stays,
 * with a copy of what lies in `dataDir`, and the test says where.
 */
export async function inCrashFolder(
  t: TestContext,
  body: (folder: string) => Promise<void>,
  dataDir: () => string | undefined = () => undefined,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rosettamq-crash-'));
  try {
    await body(folder);
  } catch (error) {
    keepCopy(dataDir(), folder);
    t.diagnostic(`data, logs and history are kept in ${folder}`);
    throw error;
  }
  rmSync(folder, { recursive: true });
}

/** A copy of the data beside the history. The socket that locks a data directory cannot be copied. */
export function keepCopy(dataDir: string | undefined, folder: string): void {
  if (dataDir === undefined || !existsSync(dataDir) || dataDir === join(folder, 'data')) return;
  cpSync(dataDir, join(folder, 'data'), { recursive: true, filter: (path) => !path.endsWith('.sock') });
}
