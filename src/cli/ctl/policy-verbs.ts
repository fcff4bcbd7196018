import { CtlError, EXIT } from './ctl-error.js';
import { NOTHING } from './output.js';
import { part, type Verb, type VerbCall } from './verb.js';

const MISSING = new CtlError(EXIT.unavailable, 'Parameter does not exist');

/** JSON that an argument holds. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CtlError(EXIT.unavailable, `JSON decoding error. Reason: ${(error as Error).message}`);
  }
}

function policyVerbs(word: 'policy' | 'operator_policy', path: string, title: string): Verb[] {
  return [
    {
      name: `set_${word}`,
      usage: '[--vhost <vhost>] [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> <definition>',
      least: 3,
      most: 3,
      flags: ['priority', 'apply-to'],
      intro: ({ args, flags, virtualHost }) =>
        `Setting ${title} "${args[0]}" for pattern "${args[1]}" to "${args[2]}" with priority ` +
        `"${flags.get('priority') ?? 0}" for vhost "${virtualHost}" ...`,
      run: async ({ client, args, flags, virtualHost }) => {
        const [name, pattern, definition] = args as [string, string, string];
        await client.expect('PUT', `${path}/${part(virtualHost)}/${part(name)}`, {
          pattern,
          definition: jsonOf(definition),
          priority: flags.get('priority') ?? 0,
          'apply-to': flags.get('apply-to') ?? 'all',
        });
        return NOTHING;
      },
    },
    {
      name: `clear_${word}`,
      usage: '[--vhost <vhost>] <name>',
      least: 1,
      most: 1,
      intro: ({ args, virtualHost }) => `Clearing ${title} "${args[0]}" on vhost "${virtualHost}" ...`,
      run: async ({ client, args, virtualHost }) => {
        await client.expect('DELETE', `${path}/${part(virtualHost)}/${part(args[0]!)}`, undefined, { 404: MISSING });
        return NOTHING;
      },
    },
  ];
}

const LIMITS = ['max-queues', 'max-connections'];

async function setLimits({ client, args, virtualHost }: VerbCall): Promise<void> {
  for (const [name, value] of Object.entries(Object(jsonOf(args[0]!)) as Record<string, unknown>)) {
    await client.expect('PUT', `vhost-limits/${part(virtualHost)}/${part(name)}`, { value });
  }
}

export const policyAndLimitVerbs: readonly Verb[] = [
  ...policyVerbs('policy', 'policies', 'policy'),
  ...policyVerbs('operator_policy', 'operator-policies', 'operator policy override'),
  {
    name: 'set_vhost_limits',
    usage: '[--vhost <vhost>] <definition>',
    least: 1,
    most: 1,
    intro: ({ args, virtualHost }) => `Setting vhost limits to "${args[0]}" for vhost "${virtualHost}" ...`,
    run: async (call) => {
      await setLimits(call);
      return NOTHING;
    },
  },
  {
    name: 'clear_vhost_limits',
    usage: '[--vhost <vhost>]',
    least: 0,
    most: 0,
    intro: ({ virtualHost }) => `Clearing vhost "${virtualHost}" limits ...`,
    run: async ({ client, virtualHost }) => {
      for (const name of LIMITS) await client.expect('DELETE', `vhost-limits/${part(virtualHost)}/${name}`);
      return NOTHING;
    },
  },
];
