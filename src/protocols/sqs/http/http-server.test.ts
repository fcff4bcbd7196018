import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as nodeRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { HttpExchange } from './http-exchange.js';
import { HttpServer } from './http-server.js';

/** Answers with what it saw; `/wait` answers only when the test says so, `/later` in a later turn. */
class Echo {
  readonly waiting: HttpExchange[] = [];
  readonly abandoned: HttpExchange[] = [];
  readonly handler = (exchange: HttpExchange): void => {
    const { method, target, body } = exchange.request;
    const answer = (): void =>
      exchange.reply({ status: 200, headers: 'X-Echo: 1\r\n', body: `${method} ${target} ${body.toString()}` });
    if (target === '/wait') {
      this.waiting.push(exchange);
      exchange.whenAbandoned(() => this.abandoned.push(exchange));
    } else if (target === '/later') setImmediate(answer);
    else answer();
  };
}

async function readUntil(socket: Socket, enough: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (enough(text)) break;
  }
  return text;
}

const bodiesIn = (text: string): string[] =>
  text
    .split('HTTP/1.1 200 OK')
    .slice(1)
    .map((part) => part.slice(part.indexOf('\r\n\r\n') + 4));

function post(target: string, body: string, headers = ''): string {
  return `POST ${target} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

describe('the HTTP server', () => {
  const echo = new Echo();
  const server = new HttpServer({
    handler: echo.handler,
    maxBodyBytes: 2000,
    timeouts: { requestMs: 300, idleMs: 700 },
  });
  let port = 0;
  const open = async (): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
  /** Sends the text and gives all that comes back until the server closes. */
  const exchange = async (text: string): Promise<string> => {
    const socket = await open();
    socket.end(text);
    return readUntil(socket, () => false);
  };

  before(async () => {
    port = (await server.listen('127.0.0.1', 0)).port;
  });
  after(() => server.close(100));

  it('answers a request that comes in any number of pieces', async () => {
    const text = post('/a?b=1', 'héllo', 'X-A:  spaced  \r\n');
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(Buffer.byteLength(text)), { maxLength: 6 }), async (cuts) => {
        const bytes = Buffer.from(text);
        const socket = await open();
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        for (let i = 1; i < places.length; i += 1) {
          socket.write(bytes.subarray(places[i - 1], places[i]));
          await new Promise((resolve) => setImmediate(resolve));
        }
        const answer = await readUntil(socket, (seen) => seen.endsWith('héllo'));
        assert.deepEqual(bodiesIn(answer), ['POST /a?b=1 héllo']);
        socket.destroy();
      }),
      { numRuns: 40 },
    );
  });

  it('answers pipelined requests in their order, whenever each is done', async () => {
    const text = post('/later', '1') + post('/now', '2') + post('/later', '3') + post('/now', '4');
    const answers = bodiesIn(await exchange(text));
    assert.deepEqual(answers, ['POST /later 1', 'POST /now 2', 'POST /later 3', 'POST /now 4']);
  });

  it('takes more pipelined requests than it runs at once', async () => {
    const text = Array.from({ length: 500 }, (_, i) => post('/later', String(i))).join('');
    const answers = bodiesIn(await exchange(text));
    assert.deepEqual(
      answers,
      Array.from({ length: 500 }, (_, i) => `POST /later ${i}`),
    );
  });

  it('reads a GET without a body', async () => {
    assert.deepEqual(bodiesIn(await exchange('GET /?Action=X HTTP/1.1\r\nHost: x\r\n\r\n')), ['GET /?Action=X ']);
  });

  it('closes after Connection: close and says so', async () => {
    const socket = await open();
    socket.write(post('/bye', '', 'Connection: close\r\n'));
    const answer = await readUntil(socket, () => false);
    assert.match(answer, /\r\nConnection: close\r\n/);
  });

  it('reads a chunked body', async () => {
    const socket = await open();
    socket.write('POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
    const answer = await readUntil(socket, (seen) => seen.includes('abcde'));
    assert.match(answer, /X-Echo: 1/);
    socket.destroy();
  });

  it('reads a chunked body behind pipelined requests, and everyday requests behind the chunked one', async () => {
    const chunked = 'POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
    const answer = await exchange(post('/later', '1') + post('/later', '2') + chunked + post('/now', '3'));
    const order = ['POST /later 1', 'POST /later 2', 'POST /c abc', 'POST /now 3'].map((body) => answer.indexOf(body));
    assert.ok(order[0] >= 0, answer);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  });

  it('answers Expect: 100-continue before the body', async () => {
    const request = nodeRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/e',
      headers: { Expect: '100-continue', 'Content-Length': 2 },
    });
    request.flushHeaders();
    await once(request, 'continue');
    request.end('ok');
    const [response] = await once(request, 'response');
    let body = '';
    for await (const chunk of response) body += String(chunk);
    assert.equal(body, 'POST /e ok');
  });

  it('answers garbage with 400 and goes on serving others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 60 }), async (garbage) => {
        const answer = await exchange(`${garbage}\r\n\r\n`);
        assert.ok(answer === '' || /^HTTP\/1\.1 (400|200|405)/.test(answer), answer);
      }),
      { numRuns: 60 },
    );
    assert.deepEqual(bodiesIn(await exchange(post('/still', 'here'))), ['POST /still here']);
  });

  for (const [what, headers] of [
    ['two lengths that differ', 'Content-Length: 5\r\n'],
    ['a length and chunks', 'Transfer-Encoding: chunked\r\n'],
    ['a folded header', 'X-A: b\r\n c\r\n'],
    ['a space before the colon', 'X-A : b\r\n'],
    ['a bare line feed', 'X-A: b\nX-B: c\r\n'],
  ]) {
    it(`does not serve ${what} as an everyday request`, async () => {
      const answer = await exchange(post('/smuggle', 'abc', headers));
      assert.doesNotMatch(answer, /POST \/smuggle abc/);
    });
  }

  it('refuses a body above its bound, however it is sent', async () => {
    assert.match(await exchange(post('/big', 'x'.repeat(2001))), /^HTTP\/1\.1 413/);
    const chunk = `${(2001).toString(16)}\r\n${'x'.repeat(2001)}\r\n0\r\n\r\n`;
    assert.match(
      await exchange(`POST /big HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`),
      /^HTTP\/1\.1 413/,
    );
  });

  it('refuses a head above its bound', async () => {
    assert.match(await exchange(post('/big', '', `X-A: ${'x'.repeat(17_000)}\r\n`)), /^HTTP\/1\.1 431/);
  });

  for (const kind of ['destroy', 'end'] as const) {
    it(`notices a client that leaves a waiting request by ${kind}`, async () => {
      echo.waiting.length = 0;
      echo.abandoned.length = 0;
      const socket = await open();
      socket.write(post('/wait', ''));
      while (echo.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
      socket[kind]();
      while (echo.abandoned.length === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(echo.waiting[0].abandoned, true);
      echo.waiting[0].reply({ status: 200, headers: '', body: 'late' });
      socket.destroy();
    });
  }

  it('closes a connection whose request does not arrive in time', async () => {
    const socket = await open();
    socket.write('POST / HTTP/1.1\r\n');
    assert.equal(await readUntil(socket, () => false), '');
  });

  it('closes an idle connection, but not one that waits for an answer', async () => {
    echo.waiting.length = 0;
    const idle = await open();
    const busy = await open();
    busy.write(post('/wait', ''));
    await readUntil(idle, () => false);
    assert.equal(echo.waiting.length, 1);
    echo.waiting[0].reply({ status: 200, headers: '', body: 'done' });
    assert.match(await readUntil(busy, (seen) => seen.endsWith('done')), /done$/);
    busy.destroy();
  });
});
