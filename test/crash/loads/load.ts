import { setTimeout as sleep } from 'node:timers/promises';
import type { Urls } from '../crashable-broker.js';
import type { History } from '../history.js';
import type { SeededRandom } from '../seeded-random.js';

/** What the clients of one life of the broker share. */
export interface LifeContext {
  readonly urls: Urls;
  readonly history: History;
  readonly random: SeededRandom;
  /** The next number of a source, over all lives. */
  readonly nextNumber: (source: string) => number;
  /** Aborted when the broker is about to be ended: what fails from then on is expected. */
  readonly dying: AbortSignal;
  /** Aborted when the broker is gone: nothing new is begun; what it had sent is still read. */
  readonly over: AbortSignal;
}

/** One client at work until the life is over. Rejects when its broker fails it. */
export type Load = (context: LifeContext) => Promise<void>;

/** Runs a load; what it meets while the broker should be up goes into the history as wrong. */
export async function runLoad(name: string, load: Load, context: LifeContext): Promise<void> {
  try {
    await load(context);
  } catch (error) {
    noteFailure(context, `${name}: ${describe(error)}`);
  }
}

/** Something failed; which is wrong unless the broker is being ended. */
export function noteFailure({ history, dying }: Pick<LifeContext, 'history' | 'dying'>, what: string): void {
  if (!dying.aborted) history.add({ kind: 'wrong', what });
}

export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name}: ${error.message}`;
}

/** Waits, but not beyond the life. */
export async function pause(ms: number, over: AbortSignal): Promise<void> {
  if (over.aborted) return;
  await sleep(ms, undefined, { signal: over }).catch(() => {});
}

/** Resolves with what `promise` does, or when the life is over, whichever comes first. */
export async function unlessOver<T>(promise: Promise<T>, over: AbortSignal): Promise<T | undefined> {
  if (over.aborted) {
    promise.catch(() => {});
    return undefined;
  }
  return new Promise<T | undefined>((resolve, reject) => {
    const end = () => resolve(undefined);
    over.addEventListener('abort', end, { once: true });
    promise.then(
      (value) => {
        over.removeEventListener('abort', end);
        resolve(value);
      },
      (error: unknown) => {
        over.removeEventListener('abort', end);
        reject(error as Error);
      },
    );
  });
}
