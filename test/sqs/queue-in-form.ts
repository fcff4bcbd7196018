import assert from 'node:assert/strict';
import { type Answer, ask, type Form, type Input, type Output } from './both-forms.js';

/** A queue, talked to in one form. Calls that are refused fail the test, unless they go through {@link ask}. */
export class QueueInForm {
  readonly name: string;
  readonly #origin: string;
  readonly #form: Form;

  constructor(origin: string, form: Form, name: string) {
    this.#origin = origin;
    this.#form = form;
    this.name = name;
  }

  ask(action: string, input: Input = {}): Promise<Answer> {
    return ask(this.#origin, this.#form, action, { QueueUrl: this.name, ...input });
  }

  async call(action: string, input: Input = {}): Promise<Output> {
    const answer = await this.ask(action, input);
    assert.equal(answer.status, 200, `${action}: ${answer.code} ${answer.message}`);
    return answer.output;
  }

  /** Status, code and text of what must be refused. */
  async refused(action: string, input: Input = {}): Promise<readonly unknown[]> {
    const { status, code, message } = await this.ask(action, input);
    return [status, code, message];
  }

  send(MessageBody: string, more: Input = {}): Promise<Output> {
    return this.call('SendMessage', { MessageBody, ...more });
  }

  async receive(more: Input = {}): Promise<Output[]> {
    return (await this.call('ReceiveMessage', { MaxNumberOfMessages: 10, ...more })).Messages ?? [];
  }

  async bodies(more: Input = {}): Promise<string[]> {
    return (await this.receive(more)).map(({ Body }) => Body as string);
  }

  hide(message: Output, VisibilityTimeout: number): Promise<Output> {
    return this.call('ChangeMessageVisibility', { ReceiptHandle: message.ReceiptHandle, VisibilityTimeout });
  }

  delete(message: Output): Promise<Output> {
    return this.call('DeleteMessage', { ReceiptHandle: message.ReceiptHandle });
  }

  /** Visible, not visible, delayed. */
  async counts(): Promise<string> {
    const names = ['', 'NotVisible', 'Delayed'].map((kind) => `ApproximateNumberOfMessages${kind}`);
    const { Attributes } = await this.call('GetQueueAttributes', { AttributeNames: names });
    return names.map((name) => Attributes[name]).join(' ');
  }
}
