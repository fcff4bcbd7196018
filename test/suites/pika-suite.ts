import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJunitReport } from './junit-report.js';
import { runCommand } from './run-command.js';
import { outcomesOf, type Suite } from './suite.js';

/** The project's own choice of test runner, and the frameworks that it has adapters for. */
const PACKAGES = [
  'pytest==9.2.0',
  'pytest-timeout==2.4.0',
  'tornado==6.6.1',
  'twisted==26.10.0',
  'gevent==26.9.0',
  'pyopenssl==26.4.0',
  'service-identity==26.1.0',
];
const FILES = [
  'async_adapter_tests.py',
  'blocking_adapter_test.py',
  'enforce_one_basicget_test.py',
  'io_services_tests.py',
  'thread_safe_bounded_queue_test.py',
  'thread_safe_connection_test.py',
  'twisted_adapter_tests.py',
];

export const pikaSuite: Suite = {
  name: 'pika',
  repository: 'pika/pika',
  covers: 'its acceptance tests',
  prepare: (_checkout, folder) => {
    runCommand('python3', ['-m', 'venv', join(folder, 'venv')], folder);
    const quietly = ['--quiet', '--disable-pip-version-check'];
    runCommand(pythonIn(folder), ['-m', 'pip', 'install', ...quietly, ...PACKAGES], folder);
  },
  run: (checkout, folder) => {
    const report = join(folder, 'report.xml');
    const files = FILES.map((file) => join('tests', 'acceptance', file));
    runCommand(
      pythonIn(folder),
      ['-m', 'pytest', '--quiet', '--timeout=60', `--junitxml=${report}`, ...files],
      checkout,
    );
    return outcomesOf(readJunitReport(readFileSync(report, 'utf8')));
  },
};

function pythonIn(folder: string): string {
  return join(folder, 'venv', 'bin', 'python');
}
