import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Happening, HistoryEvent } from '../history.js';
import type { Place } from '../places.js';
import { checkHistory } from './check-history.js';

const PLACES: readonly Place[] = [
  { name: 'plain', ordered: true },
  { name: 'priority', prioritised: true },
  { name: 'counted', counted: true },
  { name: 'fifo', counted: true, stableOnly: true, fifo: true, holdMs: 2_000 },
  { name: 'dead', moved: true },
  { name: 'passing', passing: true },
];

/** A step of a history: what happened, in which life of the broker and when. */
type Step = Happening & { readonly life?: number; readonly atMs?: number };

/** The names of the promises that the steps break. A step is 10 ms behind the one before, in the same life. */
function rulesBroken(...steps: readonly Step[]): readonly string[] {
  let life = 1;
  const events: HistoryEvent[] = steps.map((step, n) => {
    life = step.life ?? life;
    return { n, atMs: n * 10, ...step, life };
  });
  return checkHistory(events, PLACES).map(({ rule }) => rule);
}

const sent = (id: string, ...places: string[]): Step => ({ kind: 'sent', id, places });
const confirmed = (id: string, sequence?: string): Step => ({
  kind: 'confirmed',
  id,
  ...(sequence === undefined ? {} : { sequence }),
});
const received = (place: string, id: string, mark = 1, more: Partial<Step> = {}): Step =>
  ({ kind: 'received', place, id, began: 1_000, beganMs: 0, mark, ...more }) as Step;
const settling = (place: string, id: string): Step => ({ kind: 'settling', place, id });
const settled = (place: string, id: string): Step => ({ kind: 'settled', place, id });
const crash = (life: number): Step => ({ kind: 'begun', life });

describe('what the checker says about queues', () => {
  it('is nothing when every confirmed message came and was settled', () => {
    const steps = [sent('p:1', 'plain'), confirmed('p:1'), received('plain', 'p:1'), settling('plain', 'p:1')];
    assert.deepEqual(rulesBroken(...steps), []);
  });

  it('is that a confirmed message is lost, when it never came or never came again', () => {
    assert.deepEqual(rulesBroken(sent('p:1', 'plain'), confirmed('p:1')), ['lost']);
    assert.deepEqual(rulesBroken(sent('p:1', 'plain'), confirmed('p:1'), received('plain', 'p:1')), ['lost']);
  });

  it('is nothing about what was not confirmed, or may get lost, or passes on', () => {
    assert.deepEqual(rulesBroken(sent('p:1', 'plain')), []);
    assert.deepEqual(
      rulesBroken({ kind: 'sent', id: 'p:1', places: ['plain'], required: false }, confirmed('p:1')),
      [],
    );
    assert.deepEqual(rulesBroken(sent('p:1', 'passing'), confirmed('p:1')), []);
  });

  it('is that what was seen stable has to stay, though nobody confirmed it', () => {
    assert.deepEqual(rulesBroken(sent('g:1', 'fifo'), received('fifo', 'g:1')), ['lost']);
  });

  it('is that something appeared that nobody sent there', () => {
    assert.deepEqual(rulesBroken(received('plain', 'p:1')), ['phantom']);
    assert.deepEqual(rulesBroken(sent('p:1', 'counted'), received('plain', 'p:1')), ['phantom']);
  });

  it('is that a message came before its time', () => {
    const early: Step = { kind: 'sent', id: 'p:1', places: ['dead'], notBeforeMs: 500 };
    assert.deepEqual(rulesBroken(early, received('dead', 'p:1')), ['too early']);
    assert.deepEqual(rulesBroken(early, received('dead', 'p:1', 1, { atMs: 500 })), []);
  });

  it('is that a message came back whose deletion was answered before it was asked for', () => {
    const before = [sent('p:1', 'counted'), received('counted', 'p:1'), settling('counted', 'p:1')];
    const steps = [...before, settled('counted', 'p:1'), crash(2), received('counted', 'p:1', 2)];
    assert.deepEqual(rulesBroken(...steps), ['came back']);
    const asked = [...before, settled('counted', 'p:1'), crash(2), received('counted', 'p:1', 2, { began: 2 } as Step)];
    assert.deepEqual(rulesBroken(...asked), []);
  });

  it('is that a message came twice in one life, unless it was given back', () => {
    const once = [sent('p:1', 'plain'), received('plain', 'p:1')];
    assert.deepEqual(rulesBroken(...once, received('plain', 'p:1', 2)), ['delivered twice']);
    const returned: Step = { kind: 'returned', place: 'plain', id: 'p:1' };
    assert.deepEqual(rulesBroken(...once, returned, received('plain', 'p:1', 2)), []);
    assert.deepEqual(rulesBroken(...once, { kind: 'dying' }, received('plain', 'p:1', 2)), []);
  });

  it('is that a message came again without being marked', () => {
    const steps = [sent('p:1', 'plain'), received('plain', 'p:1'), crash(2)];
    assert.deepEqual(rulesBroken(...steps, received('plain', 'p:1')), ['not marked as redelivered']);
    assert.deepEqual(rulesBroken(...steps, received('plain', 'p:1', 2)), []);
  });

  it('is nothing about the mark of what a crash moved back', () => {
    const steps = [sent('p:1', 'dead'), received('dead', 'p:1')];
    const ended = (atMs: number): Step => ({ kind: 'ended', how: 'crash', atMs });
    assert.deepEqual(rulesBroken(...steps, ended(100), crash(2), received('dead', 'p:1')), []);
    assert.deepEqual(rulesBroken(...steps, ended(5_000), crash(2), received('dead', 'p:1')), [
      'not marked as redelivered',
    ]);
  });

  it('is that messages came in another order than they were sent', () => {
    const steps = [sent('p:1', 'plain'), sent('p:2', 'plain'), received('plain', 'p:2')];
    assert.deepEqual(rulesBroken(...steps, received('plain', 'p:1')), ['out of order']);
    assert.deepEqual(rulesBroken(...steps, crash(2), received('plain', 'p:1')), []);
  });

  it('is that a lower priority came before a higher one in the last life', () => {
    const low: Step = { kind: 'sent', id: 'p:1', places: ['priority'], priority: 1 };
    const high: Step = { kind: 'sent', id: 'p:2', places: ['priority'], priority: 5 };
    const wrong = [received('priority', 'p:1'), received('priority', 'p:2')];
    assert.deepEqual(rulesBroken(low, high, crash(2), ...wrong), ['out of order']);
    assert.deepEqual(rulesBroken(low, high, crash(2), ...wrong.toReversed()), []);
  });

  it('is that messages are left in what was emptied, and that something created is gone', () => {
    assert.deepEqual(rulesBroken({ kind: 'left', place: 'plain', count: 1 }), ['left over']);
    assert.deepEqual(rulesBroken({ kind: 'missing', what: 'queue plain' }), ['lost']);
  });
});

describe('what the checker says about FIFO queues', () => {
  const both = [sent('g:1', 'fifo'), confirmed('g:1', '10'), sent('g:2', 'fifo'), confirmed('g:2', '11')];

  it('is that a message came while an earlier one of its group was not settled', () => {
    const done = [settling('fifo', 'g:1'), settling('fifo', 'g:2')];
    const second = received('fifo', 'g:2', 1, { answer: 2 } as Step);
    assert.deepEqual(rulesBroken(...both, second, ...done, received('fifo', 'g:1', 1, { answer: 3 } as Step)), [
      'out of order',
    ]);
    const first = received('fifo', 'g:1', 1, { answer: 2 } as Step);
    assert.deepEqual(rulesBroken(...both, first, second, ...done), []);
  });

  it('is that a repeated publish got another answer', () => {
    const steps = [sent('g:1', 'fifo'), confirmed('g:1', '10'), received('fifo', 'g:1'), settling('fifo', 'g:1')];
    assert.deepEqual(rulesBroken(...steps, confirmed('g:1', '10')), []);
    assert.deepEqual(rulesBroken(...steps, confirmed('g:1', '12')), ['not deduplicated']);
  });

  it('is that a hold did not outlive a crash, or the count did not', () => {
    const steps = [sent('g:1', 'fifo'), received('fifo', 'g:1', 3), crash(2)];
    const again = (mark: number, atMs: number) => [received('fifo', 'g:1', mark, { atMs }), settling('fifo', 'g:1')];
    assert.deepEqual(rulesBroken(...steps, ...again(4, 2_000)), []);
    assert.deepEqual(rulesBroken(...steps, ...again(4, 1_500)), ['hold forgotten']);
    assert.deepEqual(rulesBroken(...steps, ...again(3, 2_000)), ['not marked as redelivered']);
  });
});

describe('what the checker says about topics', () => {
  const at = (kind: 'placed' | 'found', offset: number, id: string): Step => ({ kind, log: 't-0', offset, id });
  const read = (offset: number, id: string, reader = 'r', group?: string): Step => ({
    kind: 'read',
    log: 't-0',
    offset,
    id,
    reader,
    ...(group === undefined ? {} : { group }),
  });
  const produced = (id: string): Step => ({ kind: 'sent', id, places: [], logs: ['t'] });

  it('is nothing when what was acknowledged and read is there', () => {
    assert.deepEqual(
      rulesBroken(produced('k:0'), confirmed('k:0'), at('placed', 0, 'k:0'), read(0, 'k:0'), at('found', 0, 'k:0')),
      [],
    );
  });

  it('is that an acknowledged or a read record is gone', () => {
    assert.deepEqual(rulesBroken(produced('k:0'), at('placed', 0, 'k:0')), ['lost']);
    assert.deepEqual(rulesBroken(produced('k:0'), read(0, 'k:0')), ['lost']);
    assert.deepEqual(rulesBroken(produced('k:0'), confirmed('k:0')), ['lost']);
  });

  it('is that an offset had two records', () => {
    const steps = [produced('k:0'), produced('k:1'), read(0, 'k:0'), at('found', 0, 'k:1')];
    assert.deepEqual(rulesBroken(...steps), ['offset reused']);
  });

  it('is that a record is in the log twice, or in another order', () => {
    assert.deepEqual(rulesBroken(produced('k:0'), at('found', 0, 'k:0'), at('found', 1, 'k:0')), ['in the log twice']);
    const both = [produced('k:0'), produced('k:1')];
    assert.deepEqual(rulesBroken(...both, at('found', 0, 'k:1'), at('found', 1, 'k:0')), ['out of order']);
  });

  it('is that an answered commit is forgotten, or a group missed a record', () => {
    const found = [at('found', 0, 'k:0'), at('found', 1, 'k:1')];
    const sentBoth = [produced('k:0'), produced('k:1')];
    const commit = (offset: number): readonly Step[] => [
      { kind: 'committing', group: 'g', log: 't-0', offset },
      { kind: 'committed', group: 'g', log: 't-0', offset },
    ];
    const first = [read(0, 'k:0', 'a', 'g'), ...commit(1)];
    const joined: Step = { kind: 'joined', group: 'g', reader: 'b' };
    assert.deepEqual(rulesBroken(...sentBoth, ...first, joined, read(1, 'k:1', 'b', 'g'), ...found), []);
    assert.deepEqual(
      rulesBroken(...sentBoth, ...first, joined, read(0, 'k:0', 'b', 'g'), read(1, 'k:1', 'b', 'g'), ...found),
      ['commit lost'],
    );
    assert.deepEqual(rulesBroken(...sentBoth, ...first, ...found), ['skipped']);
  });
});

describe('what the checker says about transactions', () => {
  const sentIn = (id: string): Step => ({ kind: 'sent', id, places: [], logs: ['t'], required: false });
  const at = (offset: number, id: string): Step => ({ kind: 'found', log: 't-0', offset, id });
  const both = [sentIn('k:0'), sentIn('k:1')];
  const over = (number: number, ...ids: string[]): Step => ({ kind: 'transaction', producer: 0, number, ids });
  const offset = (value: number): Step => ({ kind: 'ledger', producer: 0, offset: value });

  it('is nothing when all of it is there, or none', () => {
    assert.deepEqual(rulesBroken(...both, over(1, 'k:0', 'k:1'), at(0, 'k:0'), at(1, 'k:1'), offset(1)), []);
    assert.deepEqual(rulesBroken(...both, over(1, 'k:0', 'k:1'), offset(-1)), []);
  });

  it('is that half of it is there, or its offset is not', () => {
    assert.deepEqual(rulesBroken(...both, over(1, 'k:0', 'k:1'), at(0, 'k:0'), offset(1)), ['half a transaction']);
    const whole = [...both, over(1, 'k:0', 'k:1'), at(0, 'k:0'), at(1, 'k:1')];
    assert.deepEqual(rulesBroken(...whole, offset(-1)), ['half a transaction']);
  });

  it('is that somebody saw what was aborted', () => {
    const aborted: Step = { kind: 'aborted', producer: 0, number: 1 };
    const steps = [sentIn('k:0'), over(1, 'k:0'), aborted, at(0, 'k:0'), offset(1)];
    assert.deepEqual(rulesBroken(...steps), ['aborted and seen']);
  });
});

describe('what the checker says about a compacted topic', () => {
  const sentAs = (number: number, key = 'k'): Step => ({ kind: 'state sent', key, number });
  const at = (kind: 'state' | 'state found', offset: number, number: number, key = 'k'): Step => ({
    kind,
    key,
    number,
    offset,
  });
  const both = [sentAs(1), sentAs(2), at('state', 0, 1), at('state', 1, 2)];

  it('is nothing when the newest is there, with or without older ones', () => {
    assert.deepEqual(rulesBroken(...both, at('state found', 1, 2)), []);
    assert.deepEqual(rulesBroken(...both, at('state found', 0, 1), at('state found', 1, 2)), []);
  });

  it('is that the newest is gone, stands elsewhere, or was never sent', () => {
    assert.deepEqual(rulesBroken(...both, at('state found', 0, 1)), ['lost']);
    assert.deepEqual(rulesBroken(...both, at('state found', 0, 2)), ['offset reused']);
    assert.deepEqual(rulesBroken(...both, at('state found', 1, 2), at('state found', 2, 9)), ['phantom']);
  });
});
