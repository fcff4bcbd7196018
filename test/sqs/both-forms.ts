/** What a request came to, the same for both forms. */
export interface Answer {
  readonly status: number;
  /** The query form's code, which the JSON form sends in `x-amzn-query-error`; undefined when it is no error. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** The JSON form's output, or the XML form's brought into its shape; what stands there as a number is text in XML and here, too. */
  readonly output: Output;
  readonly headers: Headers;
}

export type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value };
export type Input = { readonly [name: string]: Value };
/** What an action answered; its members depend on the action. */
// oxlint-disable-next-line no-explicit-any -- as with JSON.parse
export type Output = any;

export type Form = 'json' | 'query';
export const forms: readonly Form[] = ['json', 'query'];

/** Names of members in the query form, where they differ; lists of entries have their action's name. */
const queryNames: Readonly<Record<string, string>> = {
  Attributes: 'Attribute',
  AttributeNames: 'AttributeName',
  MessageSystemAttributeNames: 'MessageSystemAttributeName',
  MessageAttributeNames: 'MessageAttributeName',
  MessageAttributes: 'MessageAttribute',
  MessageSystemAttributes: 'MessageSystemAttribute',
  tags: 'Tag',
  Tags: 'Tag',
  TagKeys: 'TagKey',
  Actions: 'ActionName',
  AWSAccountIds: 'AWSAccountId',
};
const maps = new Set(['Attributes', 'MessageAttributes', 'MessageSystemAttributes', 'tags', 'Tags']);

/** Sends one request in a form, unsigned. `path`: where to. */
export async function ask(
  origin: string,
  form: Form,
  action: string,
  input: Input = {},
  path = '/',
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const request =
    form === 'json'
      ? {
          headers: {
            'content-type': 'application/x-amz-json-1.0',
            'x-amz-target': `AmazonSQS.${action}`,
            ...headers,
          },
          body: JSON.stringify(input),
        }
      : {
          headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...headers },
          body: parameters(action, input).toString(),
        };
  const response = await fetch(`${origin}${path}`, { method: 'POST', ...request });
  const text = await response.text();
  return form === 'json' ? readJson(response, text) : readXml(response, text, action);
}

/** The parameters of a request in the query form. */
function parameters(action: string, input: Input): URLSearchParams {
  const list = new URLSearchParams({ Action: action, Version: '2012-11-05' });
  const add = (name: string, key: string, value: Value): void => {
    if (Array.isArray(value)) {
      for (const [place, each] of value.entries()) add(`${name}.${place + 1}`, '', each as Value);
    } else if (maps.has(key)) {
      const [keyName, valueName] = key === 'tags' || key === 'Tags' ? ['Key', 'Value'] : ['Name', 'Value'];
      for (const [place, [entry, each]] of Object.entries(value).entries()) {
        list.append(`${name}.${place + 1}.${keyName}`, entry);
        add(`${name}.${place + 1}.${valueName}`, '', each as Value);
      }
    } else if (typeof value === 'object') addMembers(`${name}.`, value as Input);
    else list.append(name, String(value));
  };
  const addMembers = (prefix: string, members: Input): void => {
    for (const [key, value] of Object.entries(members)) {
      const queryName = key === 'Entries' ? `${action}RequestEntry` : (queryNames[key] ?? key);
      add(`${prefix}${queryName}`, key, value);
    }
  };
  addMembers('', input);
  return list;
}

function readJson(response: Response, text: string): Answer {
  const output = (text === '' ? {} : JSON.parse(text)) as Output;
  const code = response.headers.get('x-amzn-query-error')?.split(';')[0];
  return {
    status: response.status,
    code,
    message: response.ok ? undefined : output.message,
    output: textOfNumbers(output),
    headers: response.headers,
  };
}

function textOfNumbers(value: Output): Output {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(textOfNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, textOfNumbers(each)]));
}

function readXml(response: Response, text: string, action: string): Answer {
  const tree = parseXml(text);
  const error = tree.ErrorResponse?.Error;
  return {
    status: response.status,
    code: error?.Code,
    message: error?.Message,
    output: jsonOf(tree[`${action}Response`]?.[`${action}Result`] ?? {}, action),
    headers: response.headers,
  };
}

/** Elements by name; one that comes more than once is a list, one without elements is its text. */
function parseXml(text: string): Output {
  const root: Output = {};
  const stack: { name: string; value: Output; text: string }[] = [{ name: '', value: root, text: '' }];
  for (const [, close, name, empty, chars] of text.matchAll(/<(\/?)([A-Za-z][A-Za-z0-9]*)[^>]*?(\/?)>|([^<]+)/g)) {
    const top = stack.at(-1)!;
    if (chars !== undefined) {
      top.text += chars;
    } else if (close === '/') {
      stack.pop();
      const value = Object.keys(top.value).length > 0 ? top.value : unescape(top.text);
      put(stack.at(-1)!.value, top.name, value);
    } else if (empty === '/') put(top.value, name, {});
    else stack.push({ name, value: {}, text: '' });
  }
  return root;
}

function put(parent: Output, name: string, value: Output): void {
  if (!(name in parent)) parent[name] = value;
  else if (Array.isArray(parent[name])) parent[name].push(value);
  else parent[name] = [parent[name], value];
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#xD': '\r' };

function unescape(text: string): string {
  return text.replaceAll(/&([a-zA-Z#]+);/g, (_all, name: string) => entities[name] ?? _all);
}

/** Lists of the XML form and what the JSON form calls them. */
const lists: Readonly<Record<string, string>> = {
  Message: 'Messages',
  QueueUrl: 'QueueUrls',
  BatchResultErrorEntry: 'Failed',
  ListMessageMoveTasksResultEntry: 'Results',
};

function jsonOf(value: Output, action: string): Output {
  if (typeof value !== 'object') return value;
  const json: Output = {};
  for (const [name, each] of Object.entries(value) as [string, Output][]) {
    const items = Array.isArray(each) ? each : [each];
    if (name === 'Attribute' || name === 'MessageAttribute') {
      json[`${name}s`] = Object.fromEntries(items.map((item: Output) => [item.Name, textOrEmpty(item.Value)]));
    } else if (name === 'Tag') {
      json['Tags'] = Object.fromEntries(items.map((item: Output) => [item.Key, textOrEmpty(item.Value)]));
    } else if (name === `${action}ResultEntry` && action.endsWith('Batch')) {
      json['Successful'] = items.map((item: Output) => jsonOf(item, action));
    } else if (name === 'QueueUrl' && action.startsWith('ListDeadLetter')) json['queueUrls'] = items;
    else if (name in lists && isList(name, action)) {
      json[lists[name]!] = items.map((item: Output) => jsonOf(item, action));
    } else json[name] = textOrEmpty(each);
  }
  return json;
}

/** `Message` is a list where messages are received and a text where a failure is told; `QueueUrl` likewise. */
function isList(name: string, action: string): boolean {
  if (name === 'Message') return action === 'ReceiveMessage';
  return name !== 'QueueUrl' || action.startsWith('List');
}

function textOrEmpty(value: Output): Output {
  return typeof value === 'object' && Object.keys(value).length === 0 ? '' : value;
}
