import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addParameters, parameterTree } from './form-parameters.js';
import { readJson, writeJson } from './json-form.js';
import { escapeXml, readQuery, writeXml } from './query-form.js';
import { ServiceError } from './service-error.js';
import { blob, flag, integer, listOf, mapOf, optional, required, structure, text, type ValueOf } from './shape.js';

const inner = structure({
  Id: required(text),
  Count: optional(integer),
  Bytes: optional(blob),
  Names: optional(listOf(text), 'Name'),
});
const shape = structure({
  Text: required(text),
  Entries: optional(listOf(inner), 'Entry'),
  Attributes: optional(mapOf(inner), 'Attribute'),
  tags: optional(mapOf(text, 'Key', 'Value'), 'Tag'),
});
type Value = ValueOf<typeof shape>;

const wellFormed = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => Buffer.from(value).toString());
const innerValue = fc.record({
  Id: wellFormed,
  Count: fc.option(fc.maxSafeInteger(), { nil: undefined }),
  Bytes: fc.option(
    fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
    { nil: undefined },
  ),
  Names: fc.array(wellFormed, { maxLength: 3 }),
});
const value: fc.Arbitrary<Value> = fc.record({
  Text: wellFormed,
  Entries: fc.array(innerValue, { maxLength: 12 }),
  Attributes: fc.dictionary(wellFormed, innerValue, { maxKeys: 3 }).map((entries) => new Map(Object.entries(entries))),
  tags: fc.dictionary(wellFormed, wellFormed, { maxKeys: 3 }).map((entries) => new Map(Object.entries(entries))),
});

/** Writes a request in the query form; `gap` is left between the numbers of lists. */
function toParameters(input: Value, gap: number): string {
  const parameters = new URLSearchParams();
  const addInner = (prefix: string, each: ValueOf<typeof inner>): void => {
    parameters.append(`${prefix}.Id`, each.Id);
    if (each.Count !== undefined) parameters.append(`${prefix}.Count`, String(each.Count));
    if (each.Bytes !== undefined) parameters.append(`${prefix}.Bytes`, Buffer.from(each.Bytes).toString('base64'));
    for (const [place, name] of each.Names.entries()) parameters.append(`${prefix}.Name.${1 + place * gap}`, name);
  };
  parameters.append('Text', input.Text);
  for (const [place, each] of input.Entries.entries()) addInner(`Entry.${1 + place * gap}`, each);
  for (const [place, [name, each]] of [...input.Attributes].entries()) {
    parameters.append(`Attribute.${1 + place * gap}.Name`, name);
    addInner(`Attribute.${1 + place * gap}.Value`, each);
  }
  for (const [place, [key, each]] of [...input.tags].entries()) {
    parameters.append(`Tag.${1 + place * gap}.Key`, key);
    parameters.append(`Tag.${1 + place * gap}.Value`, each);
  }
  return parameters.toString();
}

describe('the JSON form and the query form', () => {
  it('read the same request the same', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 7 }), (input, gap) => {
        const tree = parameterTree();
        addParameters(tree, toParameters(input, gap));
        const fromJson = readJson(shape, writeJson(shape, input));
        assert.deepEqual(fromJson, {
          ...input,
          Entries: input.Entries.map((each) => ({ ...each })),
          Attributes: new Map([...input.Attributes].map(([name, each]) => [name, { ...each }])),
        });
        assert.deepEqual(readQuery(shape, tree), fromJson);
      }),
    );
  });

  it('take lists in the order of their numbers, not of their places', () => {
    const tree = parameterTree();
    addParameters(tree, 'Text=&Entry.10.Id=ten&Entry.9.Id=nine&Entry.100.Id=hundred&Entry.x.Id=none');
    assert.deepEqual(
      readQuery(shape, tree).Entries.map((entry) => entry.Id),
      ['nine', 'ten', 'hundred'],
    );
  });

  it('refuse anything else with an error of the service, and never fail otherwise', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        for (const read of [
          () => readJson(shape, body),
          () => {
            const tree = parameterTree();
            addParameters(tree, body);
            return readQuery(shape, tree);
          },
        ]) {
          try {
            read();
          } catch (error) {
            assert.ok(error instanceof ServiceError, String(error));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('write every text so that a reader of XML gets it back', () => {
    fc.assert(
      fc.property(wellFormed, (raw) => {
        const allowed = raw.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
        const written = escapeXml(allowed);
        assert.doesNotMatch(written, /[<>"'\r]|&(?!(?:amp|lt|gt|quot|apos|#xD);)/);
        const names: Readonly<Record<string, string>> = {
          amp: '&',
          lt: '<',
          gt: '>',
          quot: '"',
          apos: "'",
          '#xD': '\r',
        };
        assert.equal(
          written.replace(/&([^;]+);/g, (_, name: string) => names[name]),
          allowed,
        );
      }),
    );
  });

  it('show characters that XML cannot carry as the replacement character', () => {
    assert.equal(escapeXml('a\u0000b\uffffc\ud800'), 'a\ufffdb\ufffdc\ufffd');
  });

  it('leave out what is empty and write flags as such', () => {
    const answer = structure({
      Failed: optional(listOf(structure({ Id: required(text), SenderFault: required(flag) })), 'Entry'),
    });
    assert.equal(writeJson(answer, { Failed: [] }), '{}');
    assert.equal(
      writeJson(answer, { Failed: [{ Id: 'a', SenderFault: true }] }),
      '{"Failed":[{"Id":"a","SenderFault":true}]}',
    );
    assert.match(writeXml('X', answer, { Failed: [] }, 'r'), /<XResult\/>/);
    const xml = writeXml('X', answer, { Failed: [{ Id: 'a', SenderFault: true }] }, 'r');
    assert.match(xml, /<XResult><Entry><Id>a<\/Id><SenderFault>true<\/SenderFault><\/Entry><\/XResult>/);
  });

  it('have no name that JavaScript gives a meaning to', () => {
    const names = structure({ Attributes: optional(mapOf(text)) });
    const read = readJson(names, '{"Attributes":{"__proto__":"a","constructor":"b"}}');
    assert.deepEqual(
      [...read.Attributes],
      [
        ['__proto__', 'a'],
        ['constructor', 'b'],
      ],
    );
    assert.equal(writeJson(names, read), '{"Attributes":{"__proto__":"a","constructor":"b"}}');
  });
});
