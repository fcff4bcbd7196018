import type { Target } from '../targets.js';
import type { Contender, Ledger } from './ledger.js';
import { median } from './statistics.js';

/** What became of one target. */
export interface Judgement {
  readonly target: Target;
  /** NaN when the run did not measure it. */
  readonly measured: number;
  readonly met: boolean;
}

/** The median over the rounds of one contender's figure divided by another's of the same round. */
export function medianRatio(ledger: Ledger, shape: string, metric: string, over: Contender, under: Contender): number {
  const divisors = ledger.values(shape, metric, under);
  const ratios: number[] = [];
  for (const [round, value] of ledger.values(shape, metric, over)) {
    const divisor = divisors.get(round);
    if (divisor !== undefined) ratios.push(value / divisor);
  }
  return median(ratios);
}

/** Compares what was measured with a target. */
export function judge(ledger: Ledger, target: Target): Judgement {
  const { shape, metric, of, bound, value } = target;
  const measured =
    of === 'figure'
      ? median([...ledger.values(shape, metric, 'rosettamq').values()])
      : medianRatio(ledger, shape, metric, 'rosettamq', of);
  return { target, measured, met: bound === 'at least' ? measured >= value : measured <= value };
}
