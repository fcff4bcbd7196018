const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;
const UNITS_MS: Readonly<Record<string, number>> = {
  Y: 365 * DAY_MS,
  M: 30 * DAY_MS,
  D: DAY_MS,
  h: 3_600 * SECOND_MS,
  m: 60 * SECOND_MS,
  s: SECOND_MS,
};

/** An age such as `7D`: a number and one of the units Y, M, D, h, m, s. In ms; undefined when it is none. */
export function ageMs(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([YMDhms])$/.exec(text) ?? [];
  return digits === undefined || unit === undefined ? undefined : Number(digits) * UNITS_MS[unit];
}
