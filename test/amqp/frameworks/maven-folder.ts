import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A class path with artifacts and all that they need, or why it cannot be had. */
export type MavenFolder = { readonly classPath: string } | { readonly unavailable: string };

/** Fetches artifacts (`group:artifact:version`) into the system's temporary folder, or finds them there. */
export function mavenFolder(name: string, artifacts: readonly string[]): MavenFolder {
  const folder = join(tmpdir(), `rosettamq-${name}-${artifacts.join('-').replaceAll(/[^\w.-]+/g, '-')}`);
  const classPath = join(folder, '*');
  if (spawnSync('java', ['--version']).status !== 0) return { unavailable: 'Java is not installed' };
  if (existsSync(folder)) return { classPath };
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  writeFileSync(join(making, 'pom.xml'), projectWith(artifacts));
  const args = ['--batch-mode', '--quiet', 'dependency:copy-dependencies', `-DoutputDirectory=${join(making, 'lib')}`];
  const { status, stdout, error } = spawnSync('mvn', args, { cwd: making, encoding: 'utf8' });
  if (status === 0) renameSync(join(making, 'lib'), folder);
  rmSync(making, { recursive: true, force: true });
  if (status === 0) return { classPath };
  const [reason = 'it failed'] = (error?.message ?? stdout).trim().split('\n');
  return { unavailable: `${artifacts.join(', ')} cannot be fetched here: ${reason}` };
}

function projectWith(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project><modelVersion>4.0.0</modelVersion><groupId>rosettamq</groupId><artifactId>test</artifactId>
<version>1</version><dependencies>${dependencies.join('\n')}</dependencies></project>
`;
}
