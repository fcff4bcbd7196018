import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpResponseReader } from './http-response-reader.js';

const stream = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' +
    'HTTP/1.1 400 Bad Request\r\ncontent-length:0\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
);

test('responses are the same however the stream is cut', () => {
  for (const size of [1, 2, 7, 20, stream.length]) {
    const seen: string[] = [];
    const reader = new HttpResponseReader((status, body) => seen.push(`${status} ${body.toString()}`));
    for (let at = 0; at < stream.length; at += size) reader.take(stream.subarray(at, at + size));
    assert.deepEqual(seen, ['200 hello', '400 ', '200 abcde'], `pieces of ${size}`);
  }
});

test('a response that ends only with its connection is refused', () => {
  const reader = new HttpResponseReader(() => {});
  assert.throws(() => reader.take(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')), /without a length/);
});
