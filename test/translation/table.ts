import { SAMPLES } from './rows.js';

/** docs/translation.md, made from the rows that the tests check. */
export function translationPage(): string {
  const lines = [
    '# What becomes of a message in another dialect',
    '',
    'A message keeps the bytes that its sender sent; a reader of the same dialect gets them back. What a reader of another',
    "dialect sees is in these tables, in its client's own names. Each row is a test (`test/translation/`), and this page is",
    'made from the rows: `ROSETTAMQ_WRITE_DOCS=1 node --test build/test/translation/translation.test.js`.',
    '',
    '`-` means that the reader sees nothing of it. QUEUE is the name of the queue. Bytes that are no text are shown as hex.',
  ];
  for (const { title, rows } of SAMPLES) {
    lines.push(
      '',
      `## ${title}`,
      '',
      '| property | AMQP reader | SQS reader | Kafka reader |',
      '| --- | --- | --- | --- |',
    );
    for (const { property, amqp, sqs, kafka } of rows) {
      lines.push(`| ${property} | ${cell(amqp)} | ${cell(sqs)} | ${cell(kafka)} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function cell(text: string): string {
  return text === '-' ? '-' : `\`${text.replaceAll('|', '\\|').trimEnd()}\``;
}
