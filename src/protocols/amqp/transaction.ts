/** What a channel did since tx.select or the last commit: publishes first, then settlements, as RabbitMQ applies them. */
export class Transaction {
  private publishes: (() => void)[] = [];
  private settlements: (() => void)[] = [];

  publish(run: () => void): void {
    this.publishes.push(run);
  }

  settle(run: () => void): void {
    this.settlements.push(run);
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
  }
}
