import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Confirms } from './confirms.js';
import { decodeMethod } from './method-codec.js';
import { OutputBuffer } from './output-buffer.js';

interface Settlement {
  kind: 'ack' | 'nack';
  tag: number;
  multiple: boolean;
}

function settlements(out: OutputBuffer): Settlement[] {
  const bytes = Buffer.concat(out.take());
  const result: Settlement[] = [];
  for (let at = 0; at < bytes.length; at += 21) {
    const { name, args } = decodeMethod(bytes, at + 7, at + 20);
    if (name !== 'basic.ack' && name !== 'basic.nack') throw new Error(name);
    result.push({ kind: name === 'basic.ack' ? 'ack' : 'nack', tag: args.deliveryTag, multiple: args.multiple });
  }
  return result;
}

test('publishes of one flush share one multiple ack', () => {
  const confirms = new Confirms(1);
  const out = new OutputBuffer();
  for (let count = 0; count < 3; count++) confirms.acceptedWith(confirms.nextTag(), 7);
  confirms.acceptedWith(confirms.nextTag(), 8);
  assert.equal(confirms.stable(6, out), false);
  assert.equal(confirms.stable(7, out), true);
  assert.equal(confirms.stable(8, out), true);
  assert.deepEqual(settlements(out), [
    { kind: 'ack', tag: 3, multiple: true },
    { kind: 'ack', tag: 4, multiple: false },
  ]);
});

test('what waits for nothing overtakes what waits, one by one', () => {
  const confirms = new Confirms(1);
  const out = new OutputBuffer();
  confirms.acceptedWith(confirms.nextTag(), 7);
  confirms.accepted(confirms.nextTag());
  confirms.writeReady(out);
  assert.deepEqual(settlements(out), [{ kind: 'ack', tag: 2, multiple: false }]);
});

type Step = { kind: 'publish'; wait: boolean } | { kind: 'refuse' } | { kind: 'stable' } | { kind: 'turn' };

const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({ kind: fc.constant('publish' as const), wait: fc.boolean() }),
  fc.constant({ kind: 'refuse' as const }),
  fc.constant({ kind: 'stable' as const }),
  fc.constant({ kind: 'turn' as const }),
);

test('every publish is settled as it was decided, and never before that', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const confirms = new Confirms(1);
      const out = new OutputBuffer();
      const outcome = new Map<number, 'ack' | 'nack'>();
      const settled = new Set<number>();
      const mayBeSettled = new Set<number>();
      const waiting: number[] = [];
      let flush = 1;
      let highest = 0;

      const check = (): void => {
        for (const { kind, tag, multiple } of settlements(out)) {
          for (let each = multiple ? 1 : tag; each <= tag; each++) {
            if (settled.has(each)) continue;
            assert.ok(mayBeSettled.has(each), `tag ${each} settled too early`);
            assert.equal(outcome.get(each), kind);
            settled.add(each);
          }
        }
      };
      for (const each of steps) {
        if (each.kind === 'publish') {
          highest = confirms.nextTag();
          outcome.set(highest, 'ack');
          if (each.wait) {
            confirms.acceptedWith(highest, flush);
            waiting.push(highest);
          } else {
            confirms.accepted(highest);
            mayBeSettled.add(highest);
          }
        } else if (each.kind === 'refuse') {
          highest = confirms.nextTag();
          outcome.set(highest, 'nack');
          mayBeSettled.add(highest);
          confirms.refused(highest, out);
        } else if (each.kind === 'stable') {
          for (const tag of waiting.splice(0)) mayBeSettled.add(tag);
          confirms.stable(flush++, out);
        } else confirms.writeReady(out);
        check();
      }
      for (const tag of waiting.splice(0)) mayBeSettled.add(tag);
      confirms.stable(flush, out);
      confirms.writeReady(out);
      check();
      assert.equal(settled.size, highest);
    }),
  );
});
