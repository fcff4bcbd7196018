export type MoveStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';

/** A message move task, as it is kept with the queue that it moves from. */
export interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  /** Undefined: each message goes back to the queue that it was dead-lettered from. */
  readonly destinationArn?: string;
  /** Messages a second; undefined: as fast as it goes. */
  readonly rate?: number;
  readonly startedMs: number;
  /** How many messages could be moved when it began. */
  readonly toMove: number;
  readonly moved: number;
  readonly status: MoveStatus;
  readonly failureReason?: string;
}

/** The service shows ten at most. */
export const maxKeptTasks = 10;

/** The tasks that were kept; what is none of them is left out. */
export function readMoveTasks(kept: readonly unknown[]): MoveTask[] {
  return kept.filter(isMoveTask);
}

function isMoveTask(value: unknown): value is MoveTask {
  const { id, status, moved } = Object(value) as Partial<MoveTask>;
  return typeof id === 'string' && typeof status === 'string' && typeof moved === 'number';
}

/** The task's id and source, in the way in which the service's own handles carry them. */
export function taskHandle({ id, sourceArn }: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString('base64');
}

/** Undefined when {@link taskHandle} did not make it. */
export function readTaskHandle(handle: string): { readonly taskId: string; readonly sourceArn: string } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(handle, 'base64').toString());
    const { taskId, sourceArn } = Object(value) as Record<string, unknown>;
    return typeof taskId === 'string' && typeof sourceArn === 'string' ? { taskId, sourceArn } : undefined;
  } catch {
    return undefined;
  }
}
