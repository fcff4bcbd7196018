import { type ChildProcess, spawn } from 'node:child_process';
import { monotonicMicros, withDeadline } from '../machine/clock.js';

export interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The process is up when a line of its output matches. */
  readonly readyLine: RegExp;
  readonly readyWithinMs: number;
}

/** Lines kept for the message of a server that fails to start. */
const keptLines = 40;

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child process whose output tells when it is up. If this process ends first, the child is killed with it. */
export class ServerProcess {
  readonly startedInMs: number;
  readonly lines: readonly string[];
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  private constructor(
    child: ChildProcess,
    pid: number,
    exited: Promise<void>,
    lines: readonly string[],
    startedInMs: number,
  ) {
    this.#child = child;
    this.#exited = exited;
    this.pid = pid;
    this.lines = lines;
    this.startedInMs = startedInMs;
  }

  /** Starts the process and resolves when it is up; rejects, with its last lines, when it ends or stays silent. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const startedAt = monotonicMicros();
    const child = spawn(options.command, options.args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const lines: string[] = [];
    const exited = new Promise<void>((resolve) => {
      child.once('close', () => {
        running.delete(child);
        resolve();
      });
    });
    const ready = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
      const take = lineReader((line) => {
        lines.push(line);
        if (lines.length > keptLines) lines.splice(0, lines.length - keptLines);
        if (options.readyLine.test(line)) resolve(monotonicMicros());
      });
      child.stdout.on('data', take);
      child.stderr.on('data', take);
    });
    try {
      const readyAt = await withDeadline(ready, options.readyWithinMs, 'start');
      if (child.pid === undefined) throw new Error('no process id');
      return new ServerProcess(child, child.pid, exited, lines.slice(), (readyAt - startedAt) / 1e3);
    } catch (error) {
      child.kill('SIGKILL');
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${options.command} ${options.args.join(' ')}: ${reason}\n${lines.join('\n')}`, { cause: error });
    }
  }

  /** SIGTERM, and SIGKILL with a rejection when the process is still there after `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    this.#child.kill('SIGTERM');
    try {
      await withDeadline(this.#exited, withinMs, `stop of process ${this.pid}`);
    } catch (error) {
      this.#child.kill('SIGKILL');
      await this.#exited;
      throw error;
    }
  }
}

/** Cuts what a stream gives into lines. */
function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
  };
}
