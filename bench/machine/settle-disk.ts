import { spawnSync } from 'node:child_process';

/**
 * Has the kernel write out everything that is still only in the page cache. Called between two servers' turns, so that
 * one does not pay for what the other left unsynced. Does nothing where there is no `sync` command.
 */
export function settleDisk(): void {
  spawnSync('sync', [], { stdio: 'ignore', timeout: 60_000 });
}
