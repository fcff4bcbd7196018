import { availableParallelism } from 'node:os';
import { monotonicMicros } from './clock.js';
import { deviceWriteBytes } from './device-writes.js';
import { machineBusyMs, processCpuMs } from './processor-time.js';

/** Who used the machine while something was measured, in cores: 1 is one core kept fully busy. */
export interface Load {
  readonly serverCores: number;
  readonly driverCores: number;
  /** Everything else on the machine. Anything but a small fraction spoils the figure. */
  readonly otherCores: number;
  readonly machineCores: number;
  readonly serverCpuMs: number;
  /** Octets that reached the disk, whoever wrote them. */
  readonly deviceWriteBytes: number;
  readonly elapsedMs: number;
}

/**
 * Starts to meter; the returned function ends it and says who used the machine in between.
 *
 * @param server the process under test, and a folder on its disk; this process counts as the driver
 */
export function meterLoad(server: { readonly pid: number; readonly dataFolder: string }): () => Load {
  const startedAt = monotonicMicros();
  const serverMs = processCpuMs(server.pid);
  const driverMs = processCpuMs(process.pid);
  const written = deviceWriteBytes(server.dataFolder);
  const machine = machineBusyMs();
  return () => {
    const elapsedMs = (monotonicMicros() - startedAt) / 1e3;
    const serverCpuMs = processCpuMs(server.pid) - serverMs;
    const driverCpuMs = processCpuMs(process.pid) - driverMs;
    const otherMs = Math.max(0, machineBusyMs() - machine - serverCpuMs - driverCpuMs);
    return {
      serverCores: serverCpuMs / elapsedMs,
      driverCores: driverCpuMs / elapsedMs,
      otherCores: otherMs / elapsedMs,
      machineCores: availableParallelism(),
      serverCpuMs,
      deviceWriteBytes: deviceWriteBytes(server.dataFolder) - written,
      elapsedMs,
    };
  };
}
