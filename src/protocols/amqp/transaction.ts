/**
 * What a channel did since tx.select or the last commit: publishes first, then settlements, as RabbitMQ applies them.
 * What is to be settled counts as settled for the channel at once; a rollback puts it in flight again.
 */
export class Transaction {
  private publishes: (() => void)[] = [];
  private settlements: (() => void)[] = [];
  private readonly settled = new Set<number>();

  publish(run: () => void): void {
    this.publishes.push(run);
  }

  /** `run` settles these deliveries, at the commit. */
  settle(tags: readonly number[], run: () => void): void {
    for (const tag of tags) this.settled.add(tag);
    this.settlements.push(run);
  }

  isSettled(tag: number): boolean {
    return this.settled.has(tag);
  }

  commit(): void {
    const steps = [...this.publishes, ...this.settlements];
    this.rollback();
    for (const run of steps) run();
  }

  /** Forgets all of it: the messages that were to be settled stay in flight. */
  rollback(): void {
    this.publishes = [];
    this.settlements = [];
    this.settled.clear();
  }
}
