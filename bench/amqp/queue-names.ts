/** Digits at the end of a queue's name: a fixed number, so that the driver can patch them into encoded frames. */
export const queueDigits = 5;

/** The name of the benchmark's queue number `index`, from 0. */
export function queueName(prefix: string, index: number): string {
  return `${prefix}-${String(index).padStart(queueDigits, '0')}`;
}
