/** Why tests of a suite fail: the suite's name, and the names of tests or the beginnings that several share. */
export const reasons: Readonly<Record<string, readonly (readonly [test: string, why: string])[]>> = {};

/** The reason for one test. */
export function reasonFor(suite: string, test: string): string | undefined {
  return reasons[suite]?.find(([start]) => test.startsWith(start))?.[1];
}
