const STOP_SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;
type StopSignal = keyof typeof STOP_SIGNALS;

/** One Ctrl-C under `npm start` arrives twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 500;

/** The part of `process` that is needed here. */
interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  exit(code: number): void;
}

/** The first SIGINT or SIGTERM asks for a clean stop; one more ends the process at once, as the signal would have. */
export class StopSignals {
  /** Settles at the first signal. */
  readonly first: Promise<StopSignal>;

  constructor(source: SignalSource, clock: () => number = () => performance.now()) {
    this.first = new Promise((resolve) => {
      let firstMs: number | undefined;
      for (const [name, number] of Object.entries(STOP_SIGNALS) as [StopSignal, number][]) {
        source.on(name, () => {
          if (firstMs === undefined) {
            firstMs = clock();
            resolve(name);
          } else if (clock() - firstMs >= SAME_SIGNAL_MS) {
            source.exit(128 + number);
          }
        });
      }
    });
  }
}
