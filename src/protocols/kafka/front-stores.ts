import type { SettingsStore } from './security/settings-store.js';
import type { UserStore } from './security/user-store.js';

/** What this front reads and keeps beside the broker's face. Everything put belongs to the flush that is gathering. */
export interface FrontStores {
  readonly settings: SettingsStore;
  readonly users: UserStore;
  /** What a partition's records take in the store, bytes. */
  readonly sizeBytes: (partition: number) => number;
  /** Where the device is that holds everything; undefined when nothing is on one. */
  readonly directory: string | undefined;
}
