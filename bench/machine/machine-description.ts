import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** What the figures were measured on, and how its cores were shared. */
export interface MachineDescription {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly fileSystem: string;
  /** The cores that servers and driver may use, as `taskset` tells it. */
  readonly affinity: string;
}

/** @param dataRoot an existing folder on the disk that is measured */
export function describeMachine(dataRoot: string): MachineDescription {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    fileSystem: output('stat', ['-f', '-c', '%T', dataRoot]) ?? 'unknown file system',
    affinity: /: (.*)$/.exec(output('taskset', ['-cp', String(process.pid)]) ?? '')?.[1] ?? 'unknown',
  };
}

export function formatMachine(machine: MachineDescription): string {
  const { processor, cores, memoryGiB, kernel, node, fileSystem, affinity } = machine;
  return (
    `${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, data on ${fileSystem}. ` +
    `Server, driver threads and everything else share cores ${affinity}.`
  );
}

function output(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.trim() : undefined;
}
