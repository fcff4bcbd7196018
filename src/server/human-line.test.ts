import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { humanLine } from './human-line.js';

describe('a log line for people', () => {
  it('has the time of day, the level, the message and then the fields', () => {
    const json =
      '{"level":"warn","time":"2026-03-04T05:06:07.089Z","queue":"orders","depth":12,"why":"a b","msg":"growing"}';
    assert.equal(humanLine(json), '05:06:07.089 warn  growing  queue=orders  depth=12  why="a b"\n');
  });
});
