import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOfAttributes, digestOfBody } from './message-digest.js';

describe('digests', () => {
  it('hashes a body as UTF-8', () => {
    assert.equal(digestOfBody('hello'), '5d41402abc4b2a76b9719d911017c592');
    assert.equal(digestOfBody('é'), digestOfBody(Buffer.from('é')));
  });

  // Answers of the real service.
  it('agrees with the service on a binary attribute', () => {
    const value = Buffer.from('traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01', 'latin1');
    assert.equal(
      digestOfAttributes([{ name: 'attr1', dataType: 'Binary', value }]),
      '8cbe4db156db8a94db8b801b7addb984',
    );
  });

  it('agrees with the service on a text attribute', () => {
    const attribute = { name: 'Foo', dataType: 'String', value: 'Bar' };
    assert.equal(digestOfAttributes([attribute]), 'ae7155c6026991b6d54b11589678bf9c');
  });

  it('agrees with the service on three attributes, in whatever order they come', () => {
    const general = { name: 'General', dataType: 'String', value: 'Kenobi' };
    const hello = { name: 'Hello', dataType: 'String', value: 'There' };
    const help = { name: 'Help.Me', dataType: 'String', value: 'Me' };
    assert.equal(digestOfAttributes([help, general, hello]), '4c360f3fdafd970e05fae2f149d997f5');
    assert.equal(digestOfAttributes([hello, help]), '83fee93c1bcd8b9a5a923ffacdc636c7');
  });

  it('includes a custom label in the type and marks bytes as such', () => {
    const attributes = [
      { name: 'b', dataType: 'Binary', value: Buffer.from([0, 255]) },
      { name: 'a', dataType: 'Number.int', value: '1' },
    ];
    assert.equal(digestOfAttributes(attributes), '39e137422f3c2cb48ea563a234f4eb06');
  });
});
