import { OptionError } from '../server/option-error.js';
import { packageVersion } from '../server/package-version.js';
import { resolveOptions } from '../server/resolve-options.js';
import { StartError } from '../server/start-error.js';
import { verifyData } from '../server/verify-data.js';
import { parseCommandLine } from './command-line.js';
import { helpText } from './help-text.js';
import { runBroker } from './run-broker.js';
import { verifyReportText } from './verify-report.js';

const EXIT_OK = 0;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** Does what the arguments ask for; the answer is the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    const { command, flags, configFile } = parseCommandLine(args);
    switch (command) {
      case 'help':
        process.stdout.write(helpText(packageVersion()));
        return EXIT_OK;
      case 'version':
        process.stdout.write(`${packageVersion()}\n`);
        return EXIT_OK;
      case 'verify': {
        const report = await verifyData(await resolveOptions({ flags, environment: process.env, configFile }));
        process.stdout.write(verifyReportText(report));
        return report.isIntact ? EXIT_OK : EXIT_FAILURE;
      }
      case 'start':
        return await runBroker(await resolveOptions({ flags, environment: process.env, configFile }));
    }
  } catch (error) {
    if (error instanceof OptionError) return complain(error, EXIT_USAGE);
    if (error instanceof StartError) return complain(error, EXIT_FAILURE);
    throw error;
  }
}

function complain(error: Error, exitCode: number): number {
  process.stderr.write(`rosettamq: ${error.message}\n`);
  return exitCode;
}
