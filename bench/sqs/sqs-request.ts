/**
 * One request of the JSON protocol as an SDK sends it: the same headers at the same length, the signature included,
 * though its value is made up. Servers for development accept any.
 *
 * @param action such as `SendMessage`
 */
export function sqsRequest(port: number, action: string, parameters: object): Buffer {
  const body = Buffer.from(JSON.stringify(parameters), 'utf8');
  const signature = '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';
  const head = [
    'POST / HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    `x-amz-target: AmazonSQS.${action}`,
    'content-type: application/x-amz-json-1.0',
    'x-amzn-query-mode: true',
    'x-amz-user-agent: aws-sdk-js/3.0.0',
    'user-agent: aws-sdk-js/3.0.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#20.19.0 api/sqs#3.0.0',
    'amz-sdk-invocation-id: 6e2f7a3c-0d6e-4b6f-9f0a-2f1d8f0d4b11',
    'amz-sdk-request: attempt=1; max=3',
    'x-amz-date: 20260101T000000Z',
    `x-amz-content-sha256: ${signature}`,
    'authorization: AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/sqs/aws4_request, SignedHeaders=' +
      `amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;x-amz-target, Signature=${signature}`,
    `content-length: ${body.length}`,
    'connection: keep-alive',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
