// rabbitmqctl for the Java client's tests, by the broker's own `ctl`: what they know as the pid of a connection is its
// name here, and client properties are printed in Erlang's form as far as the tests look at them.
import { spawnSync } from 'node:child_process';

const cli = new URL('../../../dist/cli/main.js', import.meta.url).pathname;
const args = process.argv.slice(2).map((argument) => (argument === 'pid' ? 'name' : argument));
const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'ctl', ...args], { encoding: 'utf8' });
process.stdout.write(stdout.replaceAll('"connection_name":"', '"connection_name","'));
process.stderr.write(stderr);
process.exit(status ?? 1);
