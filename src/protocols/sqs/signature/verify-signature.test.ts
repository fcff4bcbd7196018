import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { FrontHarness, refused } from '../front-harness.test.js';
import type { HttpRequest } from '../http/http-exchange.js';
import { ModelBroker } from '../model-broker.test.js';
import { ServiceError } from '../wire/service-error.js';
import { SignatureVerifier } from './verify-signature.js';

/** The example of the documentation of Signature Version 4, with its signature. */
const documented: HttpRequest = {
  method: 'GET',
  target: '/?Action=ListUsers&Version=2010-05-08',
  headers: [
    'host',
    'iam.amazonaws.com',
    'content-type',
    'application/x-www-form-urlencoded; charset=utf-8',
    'x-amz-date',
    '20150830T123600Z',
    'authorization',
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  ],
  body: Buffer.alloc(0),
  scheme: 'https',
  address: '192.0.2.1',
};
const documentedMs = Date.UTC(2015, 7, 30, 12, 36);

/** The example of a presigned URL in the documentation of S3, which does not look at the body. */
const presigned: HttpRequest = {
  method: 'GET',
  target:
    '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  headers: ['host', 'examplebucket.s3.amazonaws.com', 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD'],
  body: Buffer.alloc(0),
  scheme: 'https',
  address: '192.0.2.1',
};
const presignedMs = Date.UTC(2013, 4, 24);

const secrets = new Map([
  ['AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'],
  ['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
]);
const keys = { secretOf: (id: string): string | undefined => secrets.get(id) };

const shapeOf = (request: HttpRequest, nowMs: number): string => {
  try {
    new SignatureVerifier(keys).verify(request, nowMs);
    return 'verified';
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    return error.shape;
  }
};
const withHeader = (request: HttpRequest, name: string, change: (value: string) => string): HttpRequest => ({
  ...request,
  headers: request.headers.map((each, place) => (request.headers[place - 1] === name ? change(each) : each)),
});

describe('a signature', () => {
  it('is verified as the documentation makes it', () => {
    assert.equal(shapeOf(documented, documentedMs), 'verified');
    assert.equal(shapeOf(presigned, presignedMs), 'verified');
  });

  it('is good for five minutes, or for as long as a presigned URL says', () => {
    for (const [request, signedMs, seconds] of [
      [documented, documentedMs, 300],
      [presigned, presignedMs, 86_400],
    ] as const) {
      assert.equal(shapeOf(request, signedMs + seconds * 1000), 'verified');
      assert.equal(shapeOf(request, signedMs + seconds * 1000 + 1000), 'InvalidSignatureException');
      assert.equal(shapeOf(request, signedMs - 300_000), 'verified');
      assert.equal(shapeOf(request, signedMs - 301_000), 'InvalidSignatureException');
    }
  });

  const changes: readonly (readonly [string, HttpRequest, string])[] = [
    ['the method', { ...documented, method: 'POST' }, 'InvalidSignatureException'],
    ['the query', { ...documented, target: '/?Action=DeleteUser&Version=2010-05-08' }, 'InvalidSignatureException'],
    ['the path', { ...documented, target: '/x?Action=ListUsers&Version=2010-05-08' }, 'InvalidSignatureException'],
    ['the body', { ...documented, body: Buffer.from('x') }, 'InvalidSignatureException'],
    ['a signed header', withHeader(documented, 'host', () => 'elsewhere'), 'InvalidSignatureException'],
    [
      'the signature',
      withHeader(documented, 'authorization', (value) => value.replace('Signature=5', 'Signature=4')),
      'InvalidSignatureException',
    ],
    [
      'the key',
      withHeader(documented, 'authorization', (value) => value.replace('AKIDEXAMPLE', 'AKIDOTHER')),
      'UnrecognizedClientException',
    ],
    [
      'the scheme',
      withHeader(documented, 'authorization', (value) => value.replace('AWS4-HMAC-SHA256', 'Basic')),
      'IncompleteSignatureException',
    ],
    [
      'the day of the scope',
      withHeader(documented, 'authorization', (value) => value.replace('/20150830/', '/20150831/')),
      'IncompleteSignatureException',
    ],
    [
      'what is signed, so that the host is not',
      withHeader(documented, 'authorization', (value) => value.replace('content-type;host;', 'content-type;')),
      'IncompleteSignatureException',
    ],
    [
      'an action added in a header',
      { ...documented, headers: [...documented.headers, 'x-amz-target', 'A.B'] },
      'IncompleteSignatureException',
    ],
    ['everything away', { ...documented, headers: [] }, 'MissingAuthenticationTokenException'],
    [
      'the expiry',
      { ...presigned, target: presigned.target.replace('86400', '604801') },
      'IncompleteSignatureException',
    ],
    ['a parameter', { ...presigned, target: `${presigned.target}&a=b` }, 'InvalidSignatureException'],
  ];
  for (const [what, request, shape] of changes) {
    it(`does not fit any more when somebody changes ${what}`, () => {
      assert.equal(shapeOf(request, request.target.includes('X-Amz-') ? presignedMs : documentedMs), shape);
    });
  }
});

describe('a front with access keys', () => {
  const h = new FrontHarness();
  h.runAround(new ModelBroker(), {
    access: () => Promise.resolve({ keys: { secretOf: (id) => (id === 'test' ? 'test' : undefined) } }),
  });

  it('serves those who sign with one, and their queue URLs', async () => {
    const QueueUrl = await h.createQueue();
    assert.deepEqual(await h.receive(QueueUrl), []);
  });

  it("refuses the others with the service's errors, in both forms", async () => {
    const client = (accessKeyId: string, secretAccessKey: string): Promise<unknown> => {
      const credentials = { accessKeyId, secretAccessKey };
      const sqs = new SQSClient({ endpoint: h.url, region: 'us-east-1', credentials, maxAttempts: 1 });
      return sqs.send(new ListQueuesCommand()).finally(() => sqs.destroy());
    };
    const signature = 'SignatureDoesNotMatch';
    await refused(client('test', 'wrong'), 'InvalidSignatureException', signature, 403, /does not match/);
    await refused(
      client('other', 'test'),
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      403,
      /security token/,
    );
    const json = await h.json('ListQueues', {});
    assert.deepEqual(
      [json.status, JSON.parse(json.text).__type],
      [403, 'com.amazon.coral.service#MissingAuthenticationTokenException'],
    );
    const query = await h.query('ListQueues', {});
    assert.equal(query.status, 403);
    assert.match(query.text, /<Code>MissingAuthenticationToken<\/Code>/);
    assert.equal((await h.raw('/health', {})).status, 200);
  });
});

describe('a front without access keys', () => {
  const admitted: string[] = [];
  const h = new FrontHarness();
  h.runAround(new ModelBroker(), {
    access: () => Promise.resolve({ admits: (address) => admitted.includes(address) }),
  });

  it('serves whoever comes from an address that is admitted', async () => {
    assert.equal((await h.json('ListQueues', {})).status, 403);
    admitted.push('127.0.0.1');
    assert.equal((await h.json('ListQueues', {})).status, 200);
  });
});
