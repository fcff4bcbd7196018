/** Versions written as the protocol's documents write them: `3`, `3-7`, `3+`. */
export type VersionText = `${number}` | `${number}-${number}` | `${number}+`;

/** Both ends are included; `last` is Infinity for an open end. */
export interface VersionRange {
  readonly first: number;
  readonly last: number;
}

export function versionRange(text: VersionText): VersionRange {
  const match = /^(\d+)(?:-(\d+)|(\+))?$/.exec(text);
  if (match === null) throw new RangeError(`${text} is no range of versions`);
  const first = Number(match[1]);
  if (match[3] !== undefined) return { first, last: Infinity };
  return { first, last: match[2] === undefined ? first : Number(match[2]) };
}

export function inRange(range: VersionRange | undefined, version: number): boolean {
  return range !== undefined && version >= range.first && version <= range.last;
}
