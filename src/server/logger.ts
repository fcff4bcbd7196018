/** What the broker says to its operator. The shape is pino's, so that any logger of that family fits. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export type LogLevel = keyof Logger;

/** The host's way of logging: one line, its fields last. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** An embedded broker prints nothing unless it is given a logger. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export function logThrough(logger: Logger): Log {
  return (level, message, fields = {}) => logger[level](fields, message);
}

function ignore(): void {}
