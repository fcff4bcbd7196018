/** Keeps a machine from being entered while one of its own effects is running. */
export class ReentryGuard {
  #running = false;

  /** Runs one command. Throws when another is running. */
  run<T>(command: () => T): T {
    this.assertIdle();
    this.#running = true;
    try {
      return command();
    } finally {
      this.#running = false;
    }
  }

  /** For commands without effects. */
  assertIdle(): void {
    if (this.#running) throw new Error('an effect called back into the machine that it came from');
  }
}
