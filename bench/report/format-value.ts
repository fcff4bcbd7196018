/** A figure with three significant digits, thousands separated: 1,190,000; 8.43; 0.36. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
