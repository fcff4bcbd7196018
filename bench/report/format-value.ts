/** A figure with three significant digits, thousands separated: 1,190,000; 8.43; 0.36. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.abs(value))) - 2);
  const rounded = Math.round(value / scale) * scale;
  return rounded.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) >= 1000 ? 21 : 3 });
}
