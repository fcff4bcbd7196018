import type { EventData } from 'node:test';

type TestEvent =
  | { readonly type: 'test:start'; readonly data: EventData.TestStart }
  | { readonly type: 'test:pass'; readonly data: EventData.TestPass }
  | { readonly type: 'test:fail'; readonly data: EventData.TestFail }
  | { readonly type: 'test:coverage' };

/** A reporter for `node --test`: one line of JSON for each test, its full name and what it said. */
// oxlint-disable-next-line import/no-default-export -- node looks for a reporter there
export default async function* listTests(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = [];
  for await (const event of events) {
    if (event.type === 'test:start') {
      names.length = event.data.nesting;
      names.push(event.data.name);
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { data } = event;
    if (data.details.type === 'suite') continue;
    const name = [...names.slice(0, data.nesting), data.name].join(' > ');
    const outcome = event.type === 'test:fail' ? 'failed' : data.skip === undefined ? 'passed' : 'skipped';
    yield `${JSON.stringify([name, outcome])}\n`;
  }
}
