import { Worker, parentPort } from 'node:worker_threads';

/** What a thread can be asked to do. Arguments and results must survive a structured clone. */
export type ThreadHandlers = Record<string, (argument: never) => unknown>;

interface Request {
  readonly number: number;
  readonly operation: string;
  readonly argument: unknown;
}

interface Answer {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Answers the calls of the thread that started this one. */
export function serveCalls(handlers: ThreadHandlers): void {
  const port = parentPort;
  if (port === null) throw new Error('not started as a worker thread');
  const answer = async ({ number, operation, argument }: Request): Promise<Answer> => {
    const handler = handlers[operation];
    if (handler === undefined) return { number, error: `no operation ${operation}` };
    try {
      return { number, value: await handler(argument as never) };
    } catch (error) {
      return { number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  port.on('message', (request: Request) => {
    void answer(request).then((message) => port.postMessage(message));
  });
}

/** A worker thread that is asked one thing at a time or several; when it dies, every open call rejects. */
export class CalledThread {
  readonly #worker: Worker;
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;
  #ended: Error | undefined;

  constructor(entry: URL) {
    this.#worker = new Worker(entry);
    this.#worker.on('message', (answer: Answer) => {
      const call = this.#open.get(answer.number);
      this.#open.delete(answer.number);
      if (answer.error === undefined) call?.resolve(answer.value);
      else call?.reject(new Error(answer.error));
    });
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the driver thread has ended')));
  }

  /** Asks for `operation`. The caller names the type of what its handler returns. */
  call<T>(operation: string, argument?: unknown): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const number = this.#calls++;
    const result = new Promise<unknown>((resolve, reject) => {
      this.#open.set(number, { resolve, reject });
    });
    // A worker thread has no origin that could be named.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage({ number, operation, argument } satisfies Request);
    return result as Promise<T>;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const call of this.#open.values()) call.reject(error);
    this.#open.clear();
  }
}
