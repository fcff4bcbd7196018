/**
 * The durable side of this room: a small key-value store that rides in the flush. Everything that a command puts or
 * removes belongs to the flush that is gathering while it runs, so it becomes durable whole or not at all; an answer
 * that the command gave, returned or through the effects, is sent when that flush is stable.
 *
 * Implementations must not call back into the machine that is calling them; it asserts that. `value` is handed over
 * and not touched again.
 */
export interface KeyValueEffects {
  put(key: string, value: Uint8Array): void;
  remove(key: string): void;
}
