import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Python interpreters that can import all of the modules: those that ROSETTAMQ_TEST_PYTHON names, separated by colons, else `python3`. A botocore before
 * 1.31.81 speaks the query form, later ones the JSON form.
 */
export function pythonsWith(...modules: readonly string[]): string[] {
  const named = process.env['ROSETTAMQ_TEST_PYTHON']?.split(':') ?? ['python3'];
  return named
    .map((python) => printed(python, ['-c', `import sys, ${modules.join(', ')}; print(sys.executable)`]))
    .filter((python) => python !== undefined);
}

/** The version of a Python module, from the first interpreter that has it. */
export function pythonModuleVersion(module: string): string | undefined {
  const [python] = pythonsWith(module);
  return python && printed(python, ['-c', `import ${module}; print(${module}.__version__)`]);
}

/** A folder with software.amazon.awssdk:sqs, :url-connection-client and what they depend on, as `mvn dependency:copy-dependencies` makes it. */
export function javaJars(): string | undefined {
  return folderIn('AWS_JAVA_JARS');
}

/** The same of io.awspring.cloud:spring-cloud-aws-sqs with jackson-databind. */
export function springJars(): string | undefined {
  return folderIn('SPRING_CLOUD_AWS_JARS');
}

/** A checkout of sqs-consumer, prepared as the README beside this says. */
export function consumerFolder(): string | undefined {
  return folderIn('SQS_CONSUMER');
}

/** The SDK that test/sqs/go asks for is there without a network. */
export function goIsReady(): boolean {
  const env = { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=mod' };
  const { status } = spawnSync('go', ['list', '-deps', '.'], { cwd: 'test/sqs/go', env, stdio: 'ignore' });
  return status === 0;
}

function folderIn(variable: string): string | undefined {
  const folder = process.env[variable];
  return folder !== undefined && existsSync(folder) ? folder : undefined;
}

function printed(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
