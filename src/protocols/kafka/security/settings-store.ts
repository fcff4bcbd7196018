/** Where this front keeps what has no place in the core's own catalogue: texts under names, in spaces. */
export interface SettingsStore {
  get(space: string, name: string): string | undefined;
  all(space: string): Iterable<readonly [name: string, text: string]>;
  put(space: string, name: string, text: string): void;
  /** False when there was none of that name. */
  remove(space: string, name: string): boolean;
}
