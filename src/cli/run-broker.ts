import { parts } from '../server/compose.js';
import { consoleLogger } from '../server/console-logger.js';
import { type RunningBroker, startBroker } from '../server/lifecycle.js';
import type { ServerOptions } from '../server/options.js';
import { launcherGone } from './launcher-gone.js';
import { StopSignals } from './stop-signals.js';

/** Runs a broker until a signal stops it (0) or its store fails (1). */
export async function runBroker(options: ServerOptions): Promise<number> {
  const { logLevel, logFormat } = options;
  const human = logFormat === 'auto' ? process.stderr.isTTY : logFormat === 'human';
  const logger = consoleLogger(logLevel, human ? 'human' : 'json');
  // Before the start, so that a signal during a long restore is obeyed with a clean stop after it.
  const signals = new StopSignals(process);
  const broker = await startBroker(options, parts, logger);
  // Whoever read the lines below may have gone away; that is no reason to stop.
  process.stdout.on('error', () => {});
  process.stdout.write(banner(broker, options));
  const asked = broker.stopAsked.then(() => 'asked by the admin API' as const);
  const end = await Promise.race([signals.first, launcherGone(process), broker.failed, asked]);
  if (end instanceof Error) {
    logger.error({ err: end }, 'the store has failed: stopping, because nothing more can be promised');
    return 1;
  }
  logger.info({ reason: end }, 'stopping');
  await broker.close();
  return 0;
}

/** One line per front with its URL, then the line that scripts wait for. */
function banner(broker: RunningBroker, options: ServerOptions): string {
  const rows = [
    ...broker.fronts.map(({ label, url }) => [label, url] as const),
    [
      'Data',
      options.storage === 'memory' ? 'in memory only' : `${options.dataDir} (durability: ${options.durability})`,
    ],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `${label.padEnd(width)}   ${value}`);
  return `${lines.join('\n')}\nServer startup complete in ${Math.round(broker.startupMs)} ms\n`;
}
