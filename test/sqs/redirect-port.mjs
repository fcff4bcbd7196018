// Loaded into somebody else's test that knows one port only: what it connects to that, goes to the broker under test.
import { Socket } from 'node:net';

const { KNOWN_PORT, BROKER_PORT } = process.env;
const connect = Reflect.get(Socket.prototype, 'connect');

Socket.prototype.connect = function (first, ...rest) {
  // Arguments come as they are, or in a list that net has put in order; the caller's own object must stay as it is.
  const [options, ...others] = Array.isArray(first) ? first : [first];
  if (String(options.port) !== KNOWN_PORT) return connect.call(this, first, ...rest);
  return connect.call(this, { ...options, port: BROKER_PORT, host: '127.0.0.1' }, ...others, ...rest);
};
