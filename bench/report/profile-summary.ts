import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { layOutTable } from './table.js';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const listedFunctions = 20;

/** The functions in which the processes profiled into `folder` spent their busy time, most expensive first. */
export function summariseProfiles(folder: string): string {
  if (!existsSync(folder)) return `no profiles in ${folder}`;
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  return files.map((name) => `${name}\n${summariseProfile(join(folder, name))}`).join('\n\n');
}

function summariseProfile(path: string): string {
  const profile = JSON.parse(readFileSync(path, 'utf8')) as CpuProfile;
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const selfMicros = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    selfMicros.set(name, (selfMicros.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
  selfMicros.delete('(idle)');
  const busy = [...selfMicros.values()].reduce((sum, micros) => sum + micros, 0);
  const rows = [...selfMicros]
    .sort((one, other) => other[1] - one[1])
    .slice(0, listedFunctions)
    .map(([name, micros]) => [name, '', `${((micros / busy) * 100).toFixed(1)} %`, `${(micros / 1e3).toFixed(0)} ms`]);
  return layOutTable(['function', '', 'self', 'time'], rows);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const file = url.replace(/^.*\/dist\//, '').replace(/^file:\/\//, '');
  return file === '' ? name : `${name} ${file}:${lineNumber + 1}`;
}
