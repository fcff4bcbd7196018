import { availableParallelism } from 'node:os';
import { monotonicMicros } from './clock.js';
import { machineBusyMs, processCost } from './process-cost.js';

/** Who used the machine while something was measured, in cores: 1 is one core kept fully busy. */
export interface Load {
  readonly serverCores: number;
  readonly driverCores: number;
  /** Everything else on the machine. Anything but a small fraction spoils the figure. */
  readonly otherCores: number;
  readonly machineCores: number;
  readonly serverCpuMs: number;
  readonly serverDiskWriteBytes: number;
  readonly elapsedMs: number;
}

/**
 * Starts to meter; the returned function ends it and says who used the machine in between.
 *
 * @param serverPid the process under test; this process counts as the driver
 */
export function meterLoad(serverPid: number): () => Load {
  const startedAt = monotonicMicros();
  const server = processCost(serverPid);
  const driver = processCost(process.pid);
  const machine = machineBusyMs();
  return () => {
    const elapsedMs = (monotonicMicros() - startedAt) / 1e3;
    const serverNow = processCost(serverPid);
    const serverCpuMs = serverNow.cpuMs - server.cpuMs;
    const driverCpuMs = processCost(process.pid).cpuMs - driver.cpuMs;
    const otherMs = Math.max(0, machineBusyMs() - machine - serverCpuMs - driverCpuMs);
    return {
      serverCores: serverCpuMs / elapsedMs,
      driverCores: driverCpuMs / elapsedMs,
      otherCores: otherMs / elapsedMs,
      machineCores: availableParallelism(),
      serverCpuMs,
      serverDiskWriteBytes: serverNow.diskWriteBytes - server.diskWriteBytes,
      elapsedMs,
    };
  };
}
