import { type DestinationStream, pino } from 'pino';
import { humanLine } from './human-line.js';
import type { Logger, LogLevel } from './logger.js';

const STDERR = 2;

/** The command's logger: to stderr, one line each, written before the call returns so that no last words are lost. */
export function consoleLogger(level: LogLevel, format: 'human' | 'json'): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    format === 'json' ? pino.destination({ fd: STDERR, sync: true }) : humanDestination(),
  );
}

function humanDestination(): DestinationStream {
  return { write: (line) => void process.stderr.write(humanLine(line)) };
}
