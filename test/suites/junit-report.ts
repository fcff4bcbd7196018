import type { TestOutcome } from './suite.js';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The test cases of a report in JUnit's XML, as pytest and Maven write it: `class.method` and what it said. */
export function readJunitReport(xml: string): [name: string, outcome: TestOutcome][] {
  const cases: [string, TestOutcome][] = [];
  for (const [, attributes, content = ''] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    cases.push([`${attribute(attributes, 'classname')}.${attribute(attributes, 'name')}`, outcomeOf(content)]);
  }
  return cases;
}

function outcomeOf(content: string): TestOutcome {
  if (/<(?:failure|error)\b/.test(content)) return 'failed';
  return /<skipped\b/.test(content) ? 'skipped' : 'passed';
}

function attribute(attributes: string, name: string): string {
  const [, value = ''] = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes) ?? [];
  return value.replaceAll(/&(\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole);
}
