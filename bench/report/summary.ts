import type { Target } from '../targets.js';
import { formatValue } from './format-value.js';
import { judge, medianRatio } from './judgement.js';
import type { Conditions, Contender, Ledger } from './ledger.js';
import { median } from './statistics.js';
import { layOutTable } from './table.js';

/** Above this share of its time a driver thread may have been the limit. */
const busyDriverPercent = 90;
/** Above this many cores used by others a figure says little. */
const disturbedCores = 0.2;

/** Who is compared with, in the order of the columns. */
const peers: readonly Contender[] = ['rabbitmq', 'elasticmq', 'kafka', 'kafka synced'];

/** One row for each shape and metric: medians with their range, side by side, and the targets. */
export function summarise(ledger: Ledger, targets: readonly Target[]): string {
  const rows: string[][] = [];
  const seen = new Set<string>();
  const present = peers.filter((peer) => ledger.figures.some(({ contender }) => contender === peer));
  for (const { shape, metric, unit } of ledger.figures) {
    const key = `${shape}/${metric}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const judged = targets
      .filter((target) => target.shape === shape && target.metric === metric)
      .map((target) => judge(ledger, target))
      .filter(({ measured }) => !Number.isNaN(measured));
    rows.push([
      shape,
      `${metric}, ${unit}`,
      range(ledger, shape, metric, 'rosettamq'),
      ...present.flatMap((peer) => [
        range(ledger, shape, metric, peer),
        formatValue(medianRatio(ledger, shape, metric, 'rosettamq', peer)),
      ]),
      range(ledger, shape, metric, 'disk loop'),
      judged.map(({ target, measured }) => `${describeTarget(target)} (${formatValue(measured)})`).join(', ') || '-',
      judged.length === 0 ? '-' : judged.every(({ met }) => met) ? 'yes' : 'NO',
    ]);
  }
  return layOutTable(
    [
      ...['shape', 'metric', 'rosettamq'],
      ...present.flatMap((peer) => [peer, 'ratio']),
      ...['disk loop', 'target (measured)', 'met'],
    ],
    rows,
  );
}

function range(ledger: Ledger, shape: string, metric: string, contender: Contender): string {
  const values = [...ledger.values(shape, metric, contender).values()];
  if (values.length === 0) return '-';
  const middle = formatValue(median(values));
  if (values.length === 1) return middle;
  return `${middle} (${formatValue(Math.min(...values))} to ${formatValue(Math.max(...values))})`;
}

function describeTarget({ of, bound, value }: Target): string {
  const sign = bound === 'at least' ? '>=' : '<=';
  return of === 'figure' ? `${sign} ${formatValue(value)}` : `${sign} ${formatValue(value)} x ${of}`;
}

/** The medians of what must be known to trust the figures, with a remark where one should not. */
export function summariseConditions(ledger: Ledger): string {
  const groups = new Map<string, Conditions[]>();
  for (const conditions of ledger.conditions) {
    const key = `${conditions.shape}/${conditions.contender}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [conditions]);
    else group.push(conditions);
  }
  const rows: string[] = [];
  for (const [, group] of groups) {
    const first = group[0];
    if (first === undefined) continue;
    const facts = new Map<string, number>();
    for (const name of Object.keys(first.facts)) facts.set(name, median(group.map(({ facts: all }) => all[name] ?? 0)));
    const listed = [...facts].map(([name, value]) => `${name} ${formatValue(value)}`).join(', ');
    rows.push(`${first.shape}, ${first.contender}: ${listed}${remarks(facts)}`);
  }
  return rows.join('\n');
}

function remarks(facts: ReadonlyMap<string, number>): string {
  const found: string[] = [];
  const busiest = Math.max(facts.get('publisher loop %') ?? 0, facts.get('consumer loop %') ?? 0);
  if (busiest > busyDriverPercent) found.push('the driver may have been the limit');
  if ((facts.get('other cores') ?? 0) > disturbedCores) found.push('others used the machine');
  if ((facts.get('blocked') ?? 0) > 0) found.push('the server blocked its publishers');
  return found.length === 0 ? '' : ` <- ${found.join('; ')}`;
}
