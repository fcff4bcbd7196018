import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readJunitReport } from './junit-report.js';
import { reasonFor, reasons } from './reasons.js';
import { readSuiteResult } from './suite-result.js';
import { suites } from './suites.js';

describe('the suites of clients', () => {
  for (const suite of suites) {
    const result = readSuiteResult(suite);
    const skip = result === undefined && `not run yet: npm run suite -- ${suite.name} CHECKOUT`;
    it(`${suite.name}: what failed has a reason, and every reason is needed`, { skip }, () => {
      assert.ok(result);
      const failed = Object.keys(result.tests).filter((test) => result.tests[test] === 'failed');
      assert.deepEqual(
        failed.filter((test) => reasonFor(suite.name, test) === undefined),
        [],
      );
      const unneeded = (reasons[suite.name] ?? []).filter(([start]) => !failed.some((test) => test.startsWith(start)));
      assert.deepEqual(unneeded, []);
    });
  }

  it('report in the XML of JUnit', () => {
    const report = `<testsuite><testcase classname="a.B" name="works" time="1"/>
      <testcase classname="a.B" name="x &lt; y"><failure message="no">at line 1</failure></testcase>
      <testcase classname="a.B" name="later"><skipped/></testcase></testsuite>`;
    assert.deepEqual(readJunitReport(report), [
      ['a.B.works', 'passed'],
      ['a.B.x < y', 'failed'],
      ['a.B.later', 'skipped'],
    ]);
  });
});
