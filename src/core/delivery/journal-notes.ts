/** What a queue has to journal when the gathering flush is closed: sequences done with, as ranges. */
export class JournalNotes {
  firsts: number[] = [];
  lasts: number[] = [];

  get pending(): boolean {
    return this.firsts.length > 0;
  }

  /** True when this is the first note since the last flush. */
  done(seq: number): boolean {
    const last = this.lasts.length - 1;
    if (last >= 0 && this.lasts[last] === seq - 1) {
      this.lasts[last] = seq;
      return false;
    }
    this.firsts.push(seq);
    this.lasts.push(seq);
    return last < 0;
  }

  doneRange(from: number, to: number): void {
    this.firsts.push(from);
    this.lasts.push(to);
  }

  clear(): void {
    this.firsts = [];
    this.lasts = [];
  }
}
