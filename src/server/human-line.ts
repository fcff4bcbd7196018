/** Turns one JSON log line into one for people: `22:57:52.123 warn  the message  key=value`. */
export function humanLine(json: string): string {
  const { time, level, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const rest = Object.entries(fields).map(([key, value]) => `  ${key}=${shown(value)}`);
  return `${clock} ${String(level).padEnd(5)} ${String(msg)}${rest.join('')}\n`;
}

function shown(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
