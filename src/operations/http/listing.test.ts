import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AdminContext } from '../admin-context.js';
import { Call } from './call.js';
import { Failure } from './failure.js';
import { listing } from './listing.js';

const ENTRIES = [
  { name: 'b', size: 10, inner: { x: 1 } },
  { name: 'a', size: 9, inner: { x: 2 } },
  { name: 'AB', size: 100, inner: {} },
];

function list(query: string): unknown {
  const login = { user: 'guest', tags: [] };
  const call = new Call({} as AdminContext, login, {}, new URLSearchParams(query), Buffer.alloc(0), undefined);
  return listing(
    call,
    ENTRIES,
    ({ name }) => name,
    (entry) => ({ ...entry }),
  ).body;
}

function names(answer: unknown): string[] {
  const items = Array.isArray(answer) ? answer : (answer as { items: unknown[] }).items;
  return (items as { name: string }[]).map(({ name }) => name);
}

describe('a list', () => {
  it('is as it is when nothing is asked for', () => {
    assert.deepEqual(list(''), ENTRIES);
  });

  it('is sorted by any field, numbers by value, and what lacks it first', () => {
    assert.deepEqual(names(list('sort=name')), ['AB', 'a', 'b']);
    assert.deepEqual(names(list('sort=size')), ['a', 'b', 'AB']);
    assert.deepEqual(names(list('sort=size&sort_reverse=true')), ['AB', 'b', 'a']);
    assert.deepEqual(names(list('sort=inner.x')), ['AB', 'b', 'a']);
  });

  it('shows the columns that were asked for, and nothing where there is none', () => {
    assert.deepEqual(list('columns=name,inner.x,none'), [
      { name: 'b', inner: { x: 1 } },
      { name: 'a', inner: { x: 2 } },
      { name: 'AB', inner: {} },
    ]);
  });

  it('comes in pages, which are sorted before they are cut', () => {
    assert.deepEqual(list('page=2&page_size=2&sort=size&columns=name'), {
      filtered_count: 3,
      item_count: 1,
      items: [{ name: 'AB' }],
      page: 2,
      page_count: 2,
      page_size: 2,
      total_count: 3,
    });
    assert.deepEqual(names(list('page=1&page_size=2&sort=name&sort_reverse=true')), ['b', 'a']);
  });

  it('is filtered by name, with pages only', () => {
    assert.deepEqual(names(list('page=1&name=A')), ['a', 'AB']);
    assert.deepEqual(names(list('page=1&name=%5Ea%24&use_regex=true')), ['a']);
    assert.deepEqual(names(list('name=A')), ['b', 'a', 'AB']);
    assert.deepEqual(names(list('page=1&name=nothing')), []);
  });

  it('has no page beyond the last, and no broken question', () => {
    for (const query of ['page=2', 'page=0', 'page=x', 'page=1&page_size=501', 'page=1&name=(&use_regex=true']) {
      assert.throws(
        () => list(query),
        (error) => error instanceof Failure && error.status === 400,
        query,
      );
    }
  });
});
