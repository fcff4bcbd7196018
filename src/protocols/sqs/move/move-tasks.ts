import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DIALECT_SQS } from '../../../bytes/index.js';
import type { DeclaredValue, Host, QueueInfo } from '../../../core/index.js';
import { queueNameOfArn } from '../queue/queue-arn.js';
import { moveTasksOf, redeclared } from '../queue/sqs-queue.js';
import { MessageMover } from './message-mover.js';
import { maxKeptTasks, type MoveTask, readMoveTasks } from './move-task.js';

/** Messages in one step where there is no limit. */
const stepMessages = 100;
/** With a limit, a step takes what is due in this time. */
const stepMs = 100;

/** Runs the message move tasks of all queues. Each is kept with its source queue, so it goes on after a restart. */
export class MoveTasks {
  readonly #host: Host;
  readonly #mover: MessageMover;
  readonly #stop = new AbortController();

  constructor(host: Host) {
    this.#host = host;
    this.#mover = new MessageMover(host);
  }

  /** Newest first. */
  of(source: QueueInfo): MoveTask[] {
    return readMoveTasks(moveTasksOf(source));
  }

  /** Takes up what was running when the broker stopped. */
  resume(): void {
    const { broker } = this.#host;
    for (const virtualHost of broker.virtualHosts()) {
      for (const handle of broker.queues(virtualHost)) {
        const source = broker.queue(handle);
        for (const task of this.of(source)) {
          if (task.status === 'CANCELLING') this.#change(source, { ...task, status: 'CANCELLED' });
          if (task.status === 'RUNNING') void this.#run(source, task.id);
        }
      }
    }
  }

  /** Begins a task; there must be none that is running. */
  start(source: QueueInfo, sourceArn: string, destinationArn: string | undefined, rate: number | undefined): MoveTask {
    const task: MoveTask = {
      id: randomUUID(),
      sourceArn,
      ...(destinationArn === undefined ? {} : { destinationArn }),
      ...(rate === undefined ? {} : { rate }),
      startedMs: this.#host.broker.nowMs,
      toMove: this.#host.broker.counts(source.handle).ready,
      moved: 0,
      status: 'RUNNING',
    };
    this.#keep(source, [task, ...this.of(source)].slice(0, maxKeptTasks));
    void this.#run(source, task.id);
    return task;
  }

  /** The running task stops after the step that it is in. */
  cancel(source: QueueInfo, task: MoveTask): void {
    this.#change(source, { ...task, status: 'CANCELLING' });
  }

  /** Nothing is moved any more; running tasks stay so, for the next start. */
  stop(): void {
    this.#stop.abort();
  }

  async #run(source: QueueInfo, id: string): Promise<void> {
    const { signal } = this.#stop;
    try {
      let dueMs = performance.now();
      for (;;) {
        await setTimeout(Math.max(0, dueMs - performance.now()), undefined, { signal, ref: false });
        this.#host.enter();
        const current = this.#current(source, id);
        if (current === undefined) return;
        if (current.task.status !== 'RUNNING') {
          this.#change(current.source, { ...current.task, status: 'CANCELLED' });
          return;
        }
        const { max, afterMs } = pace(current.task.rate);
        dueMs = Math.max(dueMs + afterMs, performance.now());
        if (!(await this.#step(current.source, current.task, max))) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#host.log('error', 'a message move task ended inside the broker', {
        queue: source.name,
        error: String(error),
      });
    }
  }

  /** False when the task is over. */
  async #step(source: QueueInfo, task: MoveTask, max: number): Promise<boolean> {
    const { broker } = this.#host;
    let over = false;
    await this.#mover.step(source, this.#destinationOf(source, task), max, ({ moved, failure }) => {
      const current = this.#current(source, task.id);
      if (current === undefined) {
        over = true;
        return;
      }
      const progress = { ...current.task, moved: current.task.moved + moved };
      over = failure !== undefined || moved === 0;
      if (failure !== undefined)
        this.#change(current.source, { ...progress, status: 'FAILED', failureReason: failure });
      else if (moved > 0) this.#change(current.source, progress);
      else
        this.#change(current.source, {
          ...progress,
          status: progress.status === 'RUNNING' ? 'COMPLETED' : 'CANCELLED',
        });
    });
    await new Promise<void>((resolve) => {
      this.#host.whenStable(broker.flush, resolve);
    });
    return !over;
  }

  #destinationOf(source: QueueInfo, { destinationArn }: MoveTask) {
    const find = (name: string): QueueInfo | undefined => {
      const handle = this.#host.broker.findQueue(source.virtualHost, name);
      return handle < 0 ? undefined : this.#host.broker.queue(handle);
    };
    if (destinationArn !== undefined) {
      const name = queueNameOfArn(destinationArn) ?? '';
      return () => find(name);
    }
    return ([name]: readonly string[]) => (name === undefined ? ('unknown' as const) : find(name));
  }

  /** The task as it is now; undefined when its queue is gone. */
  #current(source: QueueInfo, id: string): { readonly source: QueueInfo; readonly task: MoveTask } | undefined {
    const { broker } = this.#host;
    if (broker.findQueue(source.virtualHost, source.name) !== source.handle) return undefined;
    const now = broker.queue(source.handle);
    const task = this.of(now).find((each) => each.id === id);
    return task === undefined ? undefined : { source: now, task };
  }

  #change(source: QueueInfo, task: MoveTask): void {
    this.#keep(
      source,
      this.of(source).map((each) => (each.id === task.id ? task : each)),
    );
  }

  #keep(source: QueueInfo, tasks: readonly MoveTask[]): void {
    const moveTasks = tasks.map((task) => ({ ...task }) as DeclaredValue);
    this.#host.broker.configureQueue(source.handle, DIALECT_SQS, redeclared(source, { moveTasks }), {});
  }
}

/** How many messages a step may take, and how long after its beginning the next one begins. */
function pace(rate: number | undefined): { readonly max: number; readonly afterMs: number } {
  if (rate === undefined) return { max: stepMessages, afterMs: 0 };
  const max = Math.max(1, Math.floor((rate * stepMs) / 1000));
  return { max, afterMs: (max * 1000) / rate };
}
