import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { HeaderValue } from '../broker.js';
import type { ExchangeTable } from './exchange-table.js';
import { ExchangeTables } from './exchange-tables.js';
import { RouteResult } from './route-result.js';
import type { Destination, QueueDestination } from './topology.js';

/**
 * Random histories of one virtual host against the plainest model there is: a list of exchanges and a list of
 * bindings, searched from end to end for every route. Restarts are a step like any other.
 */

interface ModelExchange {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly alternate: string | undefined;
}

interface ModelBinding {
  readonly source: string;
  /** `x` and the exchange's name, or `q` and the queue's. */
  readonly destination: string;
  readonly key: string;
  readonly args: string;
}

const QUEUES = ['q0', 'q1', 'q2', 'q3'];
const isDurableQueue = (name: string) => name < 'q2';
const EXCHANGES = ['e0', 'e1', 'e2', 'e3', 'e4'];
const STANDARD = ['amq.direct', 'amq.fanout', 'amq.headers', 'amq.match', 'amq.rabbitmq.trace', 'amq.topic'];
const ARGS: Record<string, Record<string, HeaderValue>> = {
  none: {},
  a: { a: 1 },
  any: { 'x-match': 'any', a: 1, b: 'x' },
};
const HEADERS: Record<string, Record<string, HeaderValue>> = { none: {}, a: { a: 1 }, b: { b: 'x', a: 2 } };

function topicMatches(pattern: string, key: string): boolean {
  const source = pattern
    .split('.')
    .map((word) => (word === '#' ? '(\\.[^.]*)*' : word === '*' ? '\\.[^.]*' : `\\.${word}`))
    .join('');
  return new RegExp(`^${pattern === '' ? '' : source}$`).test(key === '' ? '' : `.${key}`);
}

function headersMatch(args: string, headers: string): boolean {
  const given = HEADERS[headers];
  if (args === 'none') return true;
  if (args === 'a') return given.a === 1;
  return given.a === 1 || given.b === 'x';
}

class Model {
  exchanges: ModelExchange[] = STANDARD.map((name) => {
    const type = { 'amq.match': 'headers', 'amq.rabbitmq.trace': 'topic' }[name] ?? name.slice(4);
    return { name, type, durable: true, autoDelete: false, alternate: undefined };
  });
  bindings: ModelBinding[] = [];

  find(name: string): ModelExchange | undefined {
    return this.exchanges.find((exchange) => exchange.name === name);
  }

  remove(gone: (binding: ModelBinding) => boolean): void {
    const sources = new Set(this.bindings.filter(gone).map(({ source }) => source));
    this.bindings = this.bindings.filter((binding) => !gone(binding));
    for (const source of sources) {
      if (this.find(source)?.autoDelete && !this.bindings.some((binding) => binding.source === source)) {
        this.delete(source);
      }
    }
  }

  delete(name: string): void {
    this.exchanges = this.exchanges.filter((exchange) => exchange.name !== name);
    this.remove((binding) => binding.source === name || binding.destination === `x ${name}`);
  }

  route(start: string, key: string, headers: string): string[] {
    const queues = new Set<string>();
    const passed = new Set<string>();
    const pass = (name: string) => {
      const exchange = this.find(name);
      if (exchange === undefined || passed.has(name)) return;
      passed.add(name);
      const matched = this.bindings.filter(({ source, key: pattern, args }) => {
        if (source !== name) return false;
        if (exchange.type === 'direct') return pattern === key;
        if (exchange.type === 'topic') return topicMatches(pattern, key);
        return exchange.type === 'fanout' || headersMatch(args, headers);
      });
      for (const { destination } of matched) {
        if (destination.startsWith('q ')) queues.add(destination.slice(2));
        else pass(destination.slice(2));
      }
      if (matched.length === 0 && exchange.alternate !== undefined) pass(exchange.alternate);
    };
    pass(start);
    return [...queues].sort();
  }

  isDurable(destination: string): boolean {
    const name = destination.slice(2);
    return destination.startsWith('q ') ? isDurableQueue(name) : this.find(name)!.durable;
  }

  /** What a restart leaves. */
  restart(): void {
    this.bindings = this.bindings.filter(
      ({ source, destination }) => this.isDurable(`x ${source}`) && this.isDurable(destination),
    );
    this.exchanges = this.exchanges.filter(({ durable }) => durable);
  }

  durableLines(): string[] {
    const after = new Model();
    after.exchanges = this.exchanges;
    after.bindings = this.bindings;
    after.restart();
    return after.lines();
  }

  lines(): string[] {
    return [
      ...this.exchanges.map(
        (e) => `${e.name} ${e.type} ${e.durable} ${e.autoDelete} ${e.alternate} ${declaredBy(e.name)}`,
      ),
      ...this.bindings.map((b) => `${b.source} -> ${b.destination} ${b.key} ${b.args}`),
    ].sort();
  }
}

/** The table under test, with the store that its effects fill, one entry at a time. */
class Subject {
  tables: ExchangeTables;
  readonly store = new Map<string, Uint8Array>();
  /** Called with the store after each of its changes. */
  onChange: () => void = () => {};
  #generation = 0;
  readonly #handles = new Map<string, number>();
  readonly #result = new RouteResult();

  constructor() {
    this.tables = this.#new();
  }

  get table(): ExchangeTable {
    return this.tables.of('/');
  }

  #new(): ExchangeTables {
    const changed = () => this.onChange();
    return new ExchangeTables({
      put: (key, value) => {
        this.store.set(key, value);
        changed();
      },
      remove: (key) => {
        assert.ok(this.store.delete(key), `removes what it had put: ${key}`);
        changed();
      },
    });
  }

  queue(name: string): QueueDestination {
    let handle = this.#handles.get(name);
    if (handle === undefined) {
      handle = ++this.#generation;
      this.#handles.set(name, handle);
    }
    return { kind: 'queue', handle, name, durable: isDurableQueue(name) };
  }

  /** As a queue's deletion: the next one of that name has another handle. */
  deleteQueue(name: string): void {
    this.table.removeQueue(this.queue(name).handle);
    this.#handles.delete(name);
  }

  destination(destination: string): Destination {
    const name = destination.slice(2);
    return destination.startsWith('q ') ? this.queue(name) : this.table.get(name)!;
  }

  route(start: string, key: string, headers: string): string[] {
    const given = headers === 'none' ? undefined : () => new Map(Object.entries(HEADERS[headers]));
    this.table.route(this.table.get(start)!, key, given, this.#result);
    const names = new Map([...this.#handles].map(([name, handle]) => [handle, name]));
    const handles = [...this.#result.queues.subarray(0, this.#result.count)];
    return handles.map((handle) => names.get(handle) ?? `unknown ${handle}`).sort();
  }

  restored(): { tables: ExchangeTables; unusable: string[] } {
    const tables = this.#new();
    for (const [key, value] of [...this.store].sort(([a], [b]) => (a < b ? -1 : 1))) {
      assert.ok(tables.restore(key, value));
    }
    const findQueue = (_virtualHost: string, name: string) => this.queue(name);
    return { tables, unusable: tables.finishRestore(findQueue) };
  }
}

const argsNameOf = (args: ReadonlyMap<string, unknown>) =>
  Object.entries(ARGS).find(([, each]) => Object.keys(each).length === args.size)![0];

/** Every exchange of a history declares its own name. */
const declaredBy = (name: string) => JSON.stringify(STANDARD.includes(name) ? {} : { name });

function linesOf(table: ExchangeTable): string[] {
  return [
    ...Array.from(
      table.exchanges(),
      (e) => `${e.name} ${e.type} ${e.durable} ${e.autoDelete} ${e.alternate} ${JSON.stringify(e.declared)}`,
    ),
    ...Array.from(table.bindings(), ({ source, destination, routingKey, arguments: args }) => {
      return `${source.name} -> ${destination.kind[0].replace('e', 'x')} ${destination.name} ${routingKey} ${argsNameOf(args)}`;
    }),
  ].sort();
}

type Step = (model: Model, subject: Subject) => void;

const exchangeName = fc.constantFrom(...EXCHANGES, ...STANDARD);
const routingKey = fc.constantFrom('', 'a', 'b', 'a.b', 'b.a.b', '*', '#', 'a.*', '#.b', '*.#');
const argsName = fc.constantFrom(...Object.keys(ARGS));
const destination = fc.oneof(
  fc.constantFrom(...QUEUES).map((name) => `q ${name}`),
  exchangeName.map((name) => `x ${name}`),
);

const declare = fc
  .record({
    name: fc.constantFrom(...EXCHANGES),
    type: fc.constantFrom('direct', 'fanout', 'topic', 'headers'),
    durable: fc.boolean(),
    autoDelete: fc.boolean(),
    alternate: fc.option(exchangeName, { nil: undefined }),
  })
  .map(
    (exchange): Step =>
      (model, subject) => {
        if (model.find(exchange.name) !== undefined) return;
        model.exchanges.push(exchange);
        const { name, type, durable, autoDelete, alternate } = exchange;
        subject.table.declare(name, { type, durable, autoDelete, internal: false, alternate, declared: { name } });
      },
  );

const remove = fc.constantFrom(...EXCHANGES).map(
  (name): Step =>
    (model, subject) => {
      assert.equal(subject.table.delete(name), model.find(name) !== undefined);
      model.delete(name);
    },
);

const binding = fc.record({ source: exchangeName, destination, key: routingKey, args: argsName });
const same = (a: ModelBinding) => (b: ModelBinding) =>
  a.source === b.source && a.destination === b.destination && a.key === b.key && a.args === b.args;
const bothEndsExist = (model: Model, { source, destination: end }: ModelBinding) =>
  model.find(source) !== undefined && (end.startsWith('q ') || model.find(end.slice(2)) !== undefined);

const bind = binding.map(
  (each): Step =>
    (model, subject) => {
      if (!bothEndsExist(model, each)) return;
      const isNew = !model.bindings.some(same(each));
      if (isNew) model.bindings.push(each);
      const args = new Map(Object.entries(ARGS[each.args]));
      const source = subject.table.get(each.source)!;
      assert.equal(subject.table.bind(source, subject.destination(each.destination), each.key, args), isNew);
    },
);

/** Of a binding that is there, or of any. */
const unbind = fc.tuple(fc.nat(), fc.boolean(), binding).map(
  ([pick, existing, any]): Step =>
    (model, subject) => {
      const each = existing && model.bindings.length > 0 ? model.bindings[pick % model.bindings.length] : any;
      if (!bothEndsExist(model, each)) return;
      const args = new Map(Object.entries(ARGS[each.args]));
      const source = subject.table.get(each.source)!;
      const wasThere = subject.table.unbind(source, subject.destination(each.destination), each.key, args);
      assert.equal(wasThere, model.bindings.some(same(each)));
      model.remove(same(each));
    },
);

const deleteQueue = fc.constantFrom(...QUEUES).map(
  (name): Step =>
    (model, subject) => {
      subject.deleteQueue(name);
      model.remove((each) => each.destination === `q ${name}`);
    },
);

const restart = fc.constant<Step>((model, subject) => {
  const { tables, unusable } = subject.restored();
  assert.deepEqual(unusable, []);
  subject.tables = tables;
  model.restart();
});

const publish = fc
  .record({ start: exchangeName, key: routingKey, headers: fc.constantFrom(...Object.keys(HEADERS)) })
  .map(
    ({ start, key, headers }): Step =>
      (model, subject) => {
        if (model.find(start) === undefined) return;
        const expected = model.route(start, key, headers);
        assert.deepEqual(subject.route(start, key, headers), expected);
        assert.deepEqual(subject.route(start, key, headers), expected, 'the same again from the cache');
      },
  );

const step = fc.oneof(
  { weight: 4, arbitrary: declare },
  { weight: 1, arbitrary: remove },
  { weight: 10, arbitrary: bind },
  { weight: 4, arbitrary: unbind },
  { weight: 1, arbitrary: deleteQueue },
  { weight: 1, arbitrary: restart },
  { weight: 10, arbitrary: publish },
);
const history = fc.array(step, { maxLength: 80, size: 'max' });

test('after every step the table is what the model is, and routes as it does', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const model = new Model();
      const subject = new Subject();
      for (const each of steps) {
        each(model, subject);
        assert.deepEqual(linesOf(subject.table), model.lines());
      }
      for (const exchange of model.exchanges) {
        for (const key of ['', 'a', 'a.b', 'b.a.b']) {
          assert.deepEqual(subject.route(exchange.name, key, 'b'), model.route(exchange.name, key, 'b'));
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('the store after every step restores the durable topology; cut within a step, nothing that was not there', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const model = new Model();
      const subject = new Subject();
      for (const each of steps) {
        const before = new Set(model.durableLines());
        const sizeBefore = subject.store.size;
        subject.onChange = () => {
          const grown = subject.store.size > sizeBefore;
          const lines = linesOf(subject.restored().tables.of('/'));
          assert.equal(lines.filter((line) => !before.has(line)).length, grown ? 1 : 0);
        };
        each(model, subject);
        subject.onChange = () => {};
        const { tables, unusable } = subject.restored();
        assert.deepEqual(unusable, []);
        assert.deepEqual(linesOf(tables.of('/')), model.durableLines());
      }
    }),
    { numRuns: 100 },
  );
});

test('a virtual host that is removed leaves nothing in the store, and nothing of another is touched', () => {
  const subject = new Subject();
  const settings = {
    type: 'fanout',
    durable: true,
    autoDelete: false,
    internal: false,
    alternate: undefined,
    declared: {},
  };
  for (const virtualHost of ['a/b', 'a%2Fb']) {
    const table = subject.tables.of(virtualHost);
    table.bind(table.declare('x/%', settings), subject.queue('q0'), '');
  }
  assert.equal(subject.store.size, 4);
  const kept = linesOf(subject.tables.of('a%2Fb'));
  assert.ok(kept.includes('x/% -> q q0  none'));
  subject.tables.remove('a/b');
  assert.equal(subject.store.size, 2);
  const { tables } = subject.restored();
  assert.deepEqual(linesOf(tables.of('a%2Fb')), kept);
  assert.deepEqual(linesOf(tables.of('a/b')), linesOf(subject.tables.of('new')));
});

test('a stored binding whose queue is gone, or is another that will not last, is reported and not bound', () => {
  const subject = new Subject();
  subject.table.bind(subject.table.get('amq.fanout')!, subject.queue('q0'), '');
  for (const found of [undefined, { ...subject.queue('q0'), durable: false }]) {
    const tables = new ExchangeTables({ put: () => {}, remove: () => {} });
    for (const [key, value] of subject.store) tables.restore(key, value);
    assert.deepEqual(
      tables.finishRestore(() => found),
      ['b/%2F/1'],
    );
    assert.deepEqual([...tables.of('/').bindings()], []);
  }
});

test('entries of other kinds are left to others', () => {
  assert.equal(new Subject().tables.restore('q/%2F/orders', Uint8Array.of(1)), false);
});
