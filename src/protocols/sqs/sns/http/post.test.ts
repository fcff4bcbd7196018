import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { selfSignedCertificate } from '../notification/self-signed-certificate.js';
import { Poster } from './post.js';

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

describe('posting to an endpoint', () => {
  const poster = new Poster();
  const seen: { request: IncomingMessage; body: string }[] = [];
  /** Answers with the status that the path names. */
  const answer: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      seen.push({ request, body });
      if (request.url === '/cut') request.socket.destroy();
      else if (request.url === '/endless') response.writeHead(200).write('more to come');
      else response.writeHead(Number(request.url?.slice(1))).end();
    });
  };
  const server = createServer(answer);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const now = Date.now();
  const secureServer = createSecureServer(
    {
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: selfSignedCertificate(privateKey, 'localhost', now - 60_000, now + 60_000),
    },
    answer,
  );
  let url = '';
  let secureUrl = '';
  before(async () => {
    url = `http://127.0.0.1:${await listening(server)}`;
    secureUrl = `https://127.0.0.1:${await listening(secureServer)}`;
  });
  after(() => {
    poster.close();
    server.close();
    server.closeAllConnections();
    secureServer.close();
    secureServer.closeAllConnections();
  });

  it('is done when it is answered with success, and is as it was said to be', async () => {
    const headers = { 'x-amz-sns-message-type': 'Notification' };
    const withUser = url.replace('http://', 'http://a%40b:c@');
    assert.deepEqual(await poster.post(`${withUser}/204`, headers, 'é'), { kind: 'taken' });
    const [{ request, body }] = seen.splice(0);
    assert.equal(request.method, 'POST');
    assert.equal(request.headers['x-amz-sns-message-type'], 'Notification');
    assert.equal(request.headers['content-length'], '2');
    assert.equal(request.headers.authorization, `Basic ${Buffer.from('a@b:c').toString('base64')}`);
    assert.equal(body, 'é');
    // Nobody reads what it says after that.
    assert.deepEqual(await poster.post(`${url}/endless`, {}, ''), { kind: 'taken' });
  });

  it('is refused for good with what is the fault of the message, and failed with anything else', async () => {
    const kindOf = async (target: string) => (await poster.post(target, {}, 'x')).kind;
    for (const status of [400, 403, 404, 410, 499]) assert.equal(await kindOf(`${url}/${status}`), 'refused');
    for (const status of [429, 500, 503, 599, 301]) assert.equal(await kindOf(`${url}/${status}`), 'failed');
    assert.equal(await kindOf(`${url}/cut`), 'failed');
    const closed = createServer();
    const port = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    assert.equal(await kindOf(`http://127.0.0.1:${port}/`), 'failed');
  });

  it('fails when the other side of a secure connection cannot say who it is', async () => {
    const outcome = await poster.post(`${secureUrl}/200`, {}, 'x');
    assert.equal(outcome.kind, 'failed');
    assert.match('reason' in outcome ? outcome.reason : '', /certificate/);
  });

  it('fails, and nothing else, when it cannot be sent at all', async () => {
    assert.equal((await poster.post(`${url}/200`, { bad: 'a\r\nb: c' }, 'x')).kind, 'failed');
    assert.equal((await poster.post('http://%ff@127.0.0.1/', {}, 'x')).kind, 'failed');
    const closing = new Poster();
    const underWay = closing.post(`${url}/200`, {}, 'x');
    closing.close();
    assert.equal((await underWay).kind, 'failed');
    assert.equal((await closing.post(`${url}/200`, {}, 'x')).kind, 'failed');
  });
});
