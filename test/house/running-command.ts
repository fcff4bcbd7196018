import { type ChildProcess, spawn } from 'node:child_process';

/** Longer than any start takes, short enough for a hang to be seen as one. */
const START_LIMIT_MS = 60_000;
const READY = 'Server startup complete';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of this package as its users run it: a process, its lines, and its end by a signal to its pid. */
export class RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';
  readonly #watchers = new Set<() => void>();

  constructor(command: string, args: readonly string[], options: CommandOptions = {}) {
    const env = { ...withoutOurs(process.env), ...options.env };
    this.child = spawn(command, args, { cwd: options.cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      for (const look of this.#watchers) look();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** Resolves when the broker says that it is up; rejects with all it said when it ends, or says nothing, before. */
  async ready(): Promise<this> {
    const limit = AbortSignal.timeout(START_LIMIT_MS);
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (this.#stdout.includes(READY)) resolve();
      };
      const fail = (why: string) => reject(new Error(`${why} before it was ready:\n${this.#stdout}${this.#stderr}`));
      this.#watchers.add(look);
      limit.addEventListener('abort', () => fail('the broker took too long'));
      this.ended.then(() => fail('the broker ended'), reject);
      look();
    }).catch((error: unknown) => {
      this.child.kill('SIGKILL');
      throw error;
    });
    return this;
  }

  /** The URL that was printed for the front whose label begins so. */
  url(label: string): string {
    const line = this.#stdout.split('\n').find((candidate) => candidate.startsWith(label));
    const url = line === undefined ? null : /\S+$/.exec(line);
    if (url === null) throw new Error(`no line for ${label} in:\n${this.#stdout}`);
    return url[0];
  }

  /** What it has said so far. */
  output(): { readonly stdout: string; readonly stderr: string } {
    return { stdout: this.#stdout, stderr: this.#stderr };
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** The broker under test is told everything by its arguments: neither our settings nor npm's state leak into it. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(ROSETTAMQ_|npm_)/.test(name)));
}
