import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConformanceCase } from './conformance/conformance-case.js';
import { flushingCases } from './conformance/flushing-cases.js';
import { forgettingCases } from './conformance/forgetting-cases.js';
import { metadataCases } from './conformance/metadata-cases.js';
import { owningCases } from './conformance/owning-cases.js';
import { readingCases } from './conformance/reading-cases.js';
import { restartingCases } from './conformance/restarting-cases.js';
import { type EngineFixture, type FixtureOptions, ShardDriver } from './conformance/shard-driver.js';

export type { EngineFixture, FixtureOptions } from './conformance/shard-driver.js';

/** An engine as the suite meets it. */
export interface EngineSubject {
  readonly name: string;
  /** A fresh place with an opened engine over it. */
  create(options: FixtureOptions): Promise<EngineFixture>;
  /** Cases that this engine does not pass, by name, each with the reason. */
  readonly skips?: Readonly<Record<string, string>>;
}

const suite: readonly (readonly [string, readonly ConformanceCase[]])[] = [
  ['reading', readingCases],
  ['flushing', flushingCases],
  ['metadata', metadataCases],
  ['restarting', restartingCases],
  ['owning', owningCases],
  ['forgetting', forgettingCases],
];

/** Registers the one suite that every engine passes with the test runner. */
export function describeEngine(subject: EngineSubject): void {
  const skips = new Map(Object.entries(subject.skips ?? {}));
  describe(`${subject.name} conforms to the storage port`, () => {
    for (const [topic, cases] of suite) {
      describe(topic, () => {
        for (const one of cases) {
          const reason = skips.get(one.name);
          skips.delete(one.name);
          it(one.name, { skip: reason ?? false, timeout: 60_000 }, () => runCase(subject, one));
        }
      });
    }
    it('every skip names a case of the suite', () => assert.deepEqual([...skips.keys()], []));
  });
}

async function runCase(subject: EngineSubject, one: ConformanceCase): Promise<void> {
  const fixture = await subject.create(one.fixture ?? {});
  try {
    const driver = new ShardDriver(fixture);
    if (one.unopened !== true) await driver.open();
    await one.run(driver);
  } finally {
    await fixture.release();
  }
}
