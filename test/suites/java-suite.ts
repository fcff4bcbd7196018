import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJunitReport } from './junit-report.js';
import { runCommand } from './run-command.js';
import { outcomesOf, type Suite } from './suite.js';

/**
 * Maven finds the generated sources' input in deps/rabbitmq_codegen of the checkout (`make deps` there). The tracing
 * libraries that it is tested with are named in other versions, since its own depend on one that is in no repository.
 */
const BUILD = ['--batch-mode', '--quiet', '-Dmicrometer.version=1.16.0', '-Dmicrometer-tracing-test.version=1.6.0'];
const TESTS = 'FunctionalTestSuite';
const CONTROL = `${process.execPath} ${fileURLToPath(new URL('rabbitmqctl.js', import.meta.url))}`;

export const javaSuite: Suite = {
  name: 'java-client',
  repository: 'rabbitmq/rabbitmq-java-client',
  covers: 'its functional tests',
  prepare: (checkout) => {
    // the plugins that run the tests are fetched when they are first asked for
    runCommand('mvn', [...BUILD, 'verify', '-Dit.test=AddressTest'], checkout);
  },
  run: (checkout) => {
    const reports = join(checkout, 'target', 'failsafe-reports');
    rmSync(reports, { recursive: true, force: true });
    runCommand(
      'mvn',
      [...BUILD, '--offline', 'verify', `-Dit.test=${TESTS}`, `-Drabbitmqctl.bin=${CONTROL}`],
      checkout,
    );
    const files = readdirSync(reports).filter((file) => file.startsWith('TEST-') && file.endsWith('.xml'));
    return outcomesOf(files.flatMap((file) => readJunitReport(readFileSync(join(reports, file), 'utf8'))));
  },
};
