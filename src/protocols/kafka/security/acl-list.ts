import { type Acl, Operation, PermissionType, WILDCARD } from './acl.js';
import { type AclFilter, matchesFilter, meetsName } from './acl-filter.js';
import type { SettingsStore } from './settings-store.js';

/** Where the lines are kept: the name is the line itself, so that no line is there twice. */
const SPACE = 'kafka.acl';
const MOST_DECISIONS = 10_000;

/**
 * What the list says: `unlisted` when no line is about the resource at all, `none` when there are lines about it, but
 * none that allows this.
 */
export type Verdict = 'allow' | 'deny' | 'none' | 'unlisted';

/** An allowed operation on the left implies those on the right (KIP-11). */
const IMPLIED_BY: Readonly<Record<number, readonly number[]>> = {
  [Operation.describe]: [Operation.read, Operation.write, Operation.delete, Operation.alter],
  [Operation.describeConfigs]: [Operation.alterConfigs],
};

/** The access control list, kept in the broker's store. */
export class AclList {
  readonly #store: SettingsStore;
  readonly #lines = new Map<string, Acl>();
  readonly #byType = new Map<number, readonly Acl[]>();
  readonly #verdicts = new Map<string, Verdict>();

  constructor(store: SettingsStore) {
    this.#store = store;
    for (const [name] of store.all(SPACE)) this.#lines.set(name, decode(name));
    this.#changed();
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** Adds a line that has no fault; one that is there already stays. */
  add(acl: Acl): void {
    const name = encode(acl);
    if (this.#lines.has(name)) return;
    this.#lines.set(name, acl);
    this.#store.put(SPACE, name, '');
    this.#changed();
  }

  find(filter: AclFilter): Acl[] {
    return [...this.#lines.values()].filter((acl) => matchesFilter(acl, filter));
  }

  remove(acl: Acl): void {
    const name = encode(acl);
    if (!this.#lines.delete(name)) return;
    this.#store.remove(SPACE, name);
    this.#changed();
  }

  /** @param principal `User:` and a name */
  judge(principal: string, host: string, operation: number, resourceType: number, name: string): Verdict {
    const lines = this.#byType.get(resourceType);
    if (lines === undefined) return 'unlisted';
    const question = `${operation} ${host} ${principal}\0${resourceType}${name}`;
    let verdict = this.#verdicts.get(question);
    if (verdict === undefined) {
      verdict = judge(lines, principal, host, operation, name);
      if (this.#verdicts.size >= MOST_DECISIONS) this.#verdicts.clear();
      this.#verdicts.set(question, verdict);
    }
    return verdict;
  }

  /** Whether a line allows the principal this with any resource of the type, as yet unnamed. */
  allowsSomewhere(principal: string, host: string, operation: number, resourceType: number): boolean {
    const lines = this.#byType.get(resourceType) ?? [];
    return lines.some((acl) => isAbout(acl, principal, host) && allows(acl, operation));
  }

  #changed(): void {
    this.#verdicts.clear();
    this.#byType.clear();
    for (const acl of this.#lines.values()) {
      this.#byType.set(acl.resourceType, [...(this.#byType.get(acl.resourceType) ?? []), acl]);
    }
  }
}

function judge(lines: readonly Acl[], principal: string, host: string, operation: number, name: string): Verdict {
  const about = lines.filter((acl) => meetsName(acl, name));
  if (about.length === 0) return 'unlisted';
  const mine = about.filter((acl) => isAbout(acl, principal, host));
  if (mine.some((acl) => denies(acl, operation))) return 'deny';
  return mine.some((acl) => allows(acl, operation)) ? 'allow' : 'none';
}

function isAbout(acl: Acl, principal: string, host: string): boolean {
  const everybody = `User:${WILDCARD}`;
  return (acl.principal === principal || acl.principal === everybody) && (acl.host === host || acl.host === WILDCARD);
}

function denies(acl: Acl, operation: number): boolean {
  if (acl.permissionType !== PermissionType.deny) return false;
  return acl.operation === operation || acl.operation === Operation.all;
}

function allows(acl: Acl, operation: number): boolean {
  if (acl.permissionType !== PermissionType.allow) return false;
  if (acl.operation === operation || acl.operation === Operation.all) return true;
  return IMPLIED_BY[operation]?.includes(acl.operation) ?? false;
}

/** The fields in the order of {@link decode}, as a JSON array. */
function encode(acl: Acl): string {
  const { resourceType, patternType, resourceName, principal, host, operation, permissionType } = acl;
  return JSON.stringify([resourceType, patternType, resourceName, principal, host, operation, permissionType]);
}

function decode(text: string): Acl {
  const [resourceType, patternType, resourceName, principal, host, operation, permissionType] = JSON.parse(text) as [
    number,
    number,
    string,
    string,
    string,
    number,
    number,
  ];
  return { resourceType, patternType, resourceName, principal, host, operation, permissionType };
}
