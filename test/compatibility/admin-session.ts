import { AdminCaller } from '../operations/admin-caller.js';
import { type AdminProbe, nameOf } from './admin-probes.js';

export interface AdminAnswers {
  readonly [probe: string]: {
    readonly status: number;
    /** Names of the answer's fields, in a list those of its first item, with commas between. */
    readonly fields: string;
  };
}

/** Puts the requests one after the other. `url` has the user and the password in it. */
export async function runAdminProbes(url: string, probes: readonly AdminProbe[]): Promise<AdminAnswers> {
  const { origin, username, password } = new URL(url);
  const caller = new AdminCaller(origin, username, password);
  const answers: Record<string, AdminAnswers[string]> = {};
  for (const probe of probes) {
    const { status, body } = await caller.call(probe.method, probe.path, probe.body);
    const item: unknown = Array.isArray(body) ? body[0] : body;
    answers[nameOf(probe)] = {
      status,
      fields: Object.keys(Object(item) as object)
        .sort()
        .join(', '),
    };
  }
  return answers;
}
