import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * A folder with the jars of org.apache.kafka:kafka-clients, kafka-tools, kafka-streams, connect-runtime and connect-file
 * (4.2 was used) and what they depend on: `mvn dependency:copy-dependencies` makes one. They are not part of this
 * package, so the tests need to be asked for.
 */
const jars = process.env['KAFKA_JARS'] ?? '';

/** Why the tests that need this jar are skipped; false when they are not. */
export function jarIsMissing(name: string): string | false {
  if (!existsSync(jars)) return 'KAFKA_JARS names no folder';
  return readdirSync(jars).some((file) => file.startsWith(`${name}-`)) ? false : `KAFKA_JARS has no ${name}`;
}

function launch(args: readonly string[]): ChildProcess {
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  return spawn('java', ['-Xmx256m', quiet, '-cp', join(jars, '*'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a class, or a source file, to its end. Answers what it printed. */
export async function java(...args: readonly string[]): Promise<string> {
  const child = launch(args);
  const [output, errors, code] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    new Promise<number | null>((resolve) => {
      child.once('close', resolve);
    }),
  ]);
  assert.equal(code, 0, `${output}${errors}`);
  return output;
}

/** Starts one that goes on until it is stopped. */
export function startJava(...args: readonly string[]): {
  stop(): Promise<void>;
  /** Settles when it stops by itself. */
  readonly ended: Promise<void>;
  readonly printed: () => string;
} {
  const child = launch(args);
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return {
    printed: () => printed,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
