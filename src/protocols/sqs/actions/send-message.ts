import { checkMessage, messageMembers, sentMembers } from '../message/sender.js';
import { required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** SendMessage: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const sendMessage = action({
  name: 'SendMessage',
  input: structure({ QueueUrl: required(text), ...messageMembers }),
  output: structure(sentMembers),
  async run(call, input) {
    const queue = call.queue(input.QueueUrl);
    const checked = checkMessage(queue, input, 'single');
    if (call.congestion !== undefined) await call.congestion;
    const { sent, flush } = call.service.sender.send(queue, checked, call.caller.trace);
    return call.flushed(flush, sent);
  },
});
