import type { Clients } from './views.js';

/** One property of a message, and what the readers of all dialects see of it: `path = value`, or `-` for nothing. */
export interface Row {
  readonly property: string;
  readonly amqp: string;
  readonly sqs: string;
  readonly kafka: string;
}

/** A message as one dialect's client sends it, with the properties that it carries. */
export interface Sample {
  readonly title: string;
  send(clients: Clients, queue: string): Promise<void>;
  readonly rows: readonly Row[];
}

const trace = 'Root=1-5e3d83c1-e6a0db584850d61342823d4c';

export const SAMPLES: readonly Sample[] = [
  {
    title: 'Sent with AMQP',
    send: (clients, queue) =>
      clients.sendAmqp(queue, Buffer.from('text'), {
        persistent: true,
        contentType: 'text/plain',
        contentEncoding: 'utf-8',
        messageId: 'm-1',
        correlationId: 'c-1',
        replyTo: 'replies',
        type: 'order.created',
        appId: 'shop',
        userId: 'guest',
        timestamp: 1_700_000_000,
        priority: 7,
        headers: {
          text: 'ä',
          int: 7,
          long: 5_000_000_000,
          double: 1.5,
          yes: true,
          nothing: null,
          list: [1, 'a'],
          table: { a: 1 },
          bytes: Buffer.from([255, 0]),
          when: { '!': 'timestamp', value: 1_700_000_001 },
          decimal: { '!': 'decimal', value: { places: 2, digits: 1234 } },
        },
      }),
    rows: [
      row('body that is text', 'body = text', 'Body = text', 'value = text'),
      row('exchange', 'exchange = ', '-', '-'),
      property('routing_key', 'routing_key', 'QUEUE'),
      property('content_type', 'contentType', 'text/plain'),
      property('content_encoding', 'contentEncoding', 'utf-8'),
      property('message_id', 'messageId', 'm-1'),
      property('correlation_id', 'correlationId', 'c-1'),
      property('reply_to', 'replyTo', 'replies'),
      property('type', 'type', 'order.created'),
      property('app_id', 'appId', 'shop'),
      property('user_id', 'userId', 'guest'),
      row(
        'timestamp (s)',
        'timestamp = 1700000000',
        'MessageAttributes.rosettamq.timestamp = Number 1700000000000',
        '-',
      ),
      row(
        'priority',
        'priority = 7',
        'MessageAttributes.rosettamq.priority = Number 7',
        'headers.rosettamq.priority = 7',
      ),
      row('delivery_mode', 'deliveryMode = 2', '-', '-'),
      header('text', 'ä', 'String ä', 'ä'),
      header('int', '7', 'Number 7', '7'),
      header('long', '5000000000', 'Number 5000000000', '5000000000'),
      header('double', '1.5', 'Number.double 1.5', '1.5'),
      header('yes', 'true', 'String.boolean true', 'true'),
      header('nothing', 'null', 'String.null null', 'null'),
      header('list', '[1,"a"]', 'String.json [1,"a"]', '[1,"a"]'),
      header('table', '{"a":1}', 'String.json {"a":1}', '{"a":1}'),
      header('bytes', '0xff00', 'Binary 0xff00', '0xff00'),
      header('when', '{"!":"timestamp","value":1700000001}', 'Number.timestamp 1700000001', '1700000001'),
      header('decimal', '{"!":"decimal","value":{"places":2,"digits":1234}}', 'Number 12.34', '12.34'),
    ],
  },
  {
    title: 'Sent with AMQP: bytes and a partition key',
    send: (clients, queue) =>
      clients.sendAmqp(queue, Buffer.from([255, 254]), { persistent: true, headers: { 'x-partition-key': 'pk' } }),
    rows: [
      row('body that is no text', 'body = 0xfffe', 'Body = //4=', 'value = 0xfffe'),
      row('its mark', '-', 'MessageAttributes.rosettamq.body_encoding = String base64', '-'),
      row(
        'x-partition-key',
        'headers.x-partition-key = pk',
        'MessageAttributes.x-partition-key = String pk',
        'key = pk',
      ),
    ],
  },
  {
    title: 'Sent with SQS',
    send: (clients, queue) =>
      clients.sendSqs(queue, {
        MessageBody: 'body',
        MessageGroupId: 'g1',
        MessageAttributes: {
          text: { DataType: 'String', StringValue: 'ä' },
          labelled: { DataType: 'String.custom', StringValue: 'x' },
          number: { DataType: 'Number', StringValue: '7' },
          decimal: { DataType: 'Number', StringValue: '7.25' },
          bytes: { DataType: 'Binary', BinaryValue: Buffer.from([255, 0]) },
          'rosettamq.content_type': { DataType: 'String', StringValue: 'text/plain' },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } },
      }),
    rows: [
      row('body', 'body = body', 'Body = body', 'value = body'),
      row('queue name', 'routing_key = QUEUE', '-', '-'),
      header('text', 'ä', 'String ä', 'ä'),
      header('labelled', 'x', 'String.custom x', 'x'),
      header('number', '7', 'Number 7', '7'),
      header('decimal', '7.25', 'Number 7.25', '7.25'),
      header('bytes', '0xff00', 'Binary 0xff00', '0xff00'),
      row(
        'an attribute that stands for an AMQP property',
        'contentType = text/plain',
        'MessageAttributes.rosettamq.content_type = String text/plain',
        'headers.rosettamq.content_type = text/plain',
      ),
      row('MessageGroupId', '-', '-', 'key = g1'),
      row(
        'AWSTraceHeader',
        `headers.AWSTraceHeader = ${trace}`,
        `Attributes.AWSTraceHeader = ${trace}`,
        `headers.AWSTraceHeader = ${trace}`,
      ),
    ],
  },
  {
    title: 'Sent with SNS, to a topic with the name of the queue, with raw delivery',
    send: (clients, queue) =>
      clients.sendSns(queue, {
        Message: 'body',
        Subject: 'about',
        MessageGroupId: 'g1',
        MessageAttributes: {
          text: { DataType: 'String', StringValue: 'ä' },
          number: { DataType: 'Number', StringValue: '7' },
          bytes: { DataType: 'Binary', BinaryValue: Buffer.from([255, 0]) },
        },
      }),
    rows: [
      row('Message', 'body = body', 'Body = body', 'value = body'),
      row('topic', 'exchange = QUEUE', '-', 'headers.rosettamq.exchange = QUEUE'),
      row('Subject', 'headers.rosettamq.subject = about', '-', 'headers.rosettamq.subject = about'),
      header('text', 'ä', 'String ä', 'ä'),
      header('number', '7', 'Number 7', '7'),
      header('bytes', '0xff00', 'Binary 0xff00', '0xff00'),
      row('MessageGroupId', '-', '-', 'key = g1'),
    ],
  },
  {
    title: 'Sent with Kafka',
    send: (clients, queue) =>
      clients.sendKafka(queue, {
        key: 'key-1',
        value: 'value',
        timestamp: '1700000000123',
        headers: { text: 'ä', bytes: Buffer.from([255, 0]) },
      }),
    rows: [
      row('value', 'body = value', 'Body = value', 'value = value'),
      row('key', 'headers.x-partition-key = key-1', 'MessageAttributes.rosettamq.key = String key-1', 'key = key-1'),
      row('key as routing key', 'routing_key = key-1', 'MessageAttributes.rosettamq.routing_key = String key-1', '-'),
      row(
        'timestamp (ms)',
        'timestamp = 1700000000',
        'Attributes.SentTimestamp = 1700000000123',
        'timestamp = 1700000000123',
      ),
      header('text', 'ä', 'String ä', 'ä'),
      header('bytes', '0xff00', 'Binary 0xff00', '0xff00'),
    ],
  },
  {
    title: 'Sent with Kafka: nothing in it',
    send: (clients, queue) => clients.sendKafka(queue, { key: null, value: null }),
    rows: [
      row('value null', 'body = ', 'Body = ', 'value = null'),
      row('key null', 'routing_key = QUEUE', '-', 'key = null'),
    ],
  },
];

function row(property: string, amqp: string, sqs: string, kafka: string): Row {
  return { property, amqp, sqs, kafka };
}

/** One of AMQP's own properties: the others carry it under its AMQP name. */
function property(name: string, amqpName: string, value: string): Row {
  return row(
    name,
    `${amqpName} = ${value}`,
    `MessageAttributes.rosettamq.${name} = String ${value}`,
    `headers.rosettamq.${name} = ${value}`,
  );
}

/** A header, message attribute or record header of that name. */
function header(name: string, amqp: string, sqs: string, kafka: string): Row {
  return row(
    `header ${name}`,
    `headers.${name} = ${amqp}`,
    `MessageAttributes.${name} = ${sqs}`,
    `headers.${name} = ${kafka}`,
  );
}
