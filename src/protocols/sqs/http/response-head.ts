import { STATUS_CODES } from 'node:http';

const statusLines = new Map<number, string>();

function statusLine(status: number): string {
  let line = statusLines.get(status);
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`;
    statusLines.set(status, line);
  }
  return line;
}

let dateSecond = -1;
let dateLine = '';

/** The Date header line (RFC 9110, 6.6.1), rendered once a second. */
function currentDateLine(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `Date: ${new Date(now).toUTCString()}\r\n`;
  }
  return dateLine;
}

/** Everything of a response before its body. `headers` are whole lines, each ending in CRLF. */
export function responseHead(status: number, headers: string, bodyBytes: number, keepAlive: boolean): string {
  const connection = keepAlive ? '' : 'Connection: close\r\n';
  return `${statusLine(status)}${headers}${currentDateLine()}${connection}Content-Length: ${bodyBytes}\r\n\r\n`;
}
