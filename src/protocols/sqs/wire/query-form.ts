import { parameterTree, type ParameterNode } from './form-parameters.js';
import { absent, isBase64, isEmpty } from './json-form.js';
import { invalidParameter, missingParameter } from './service-error.js';
import type { ListShape, MapShape, Member, Shape, StructureShape, ValueOf } from './shape.js';

const sqsNamespace = 'http://queue.amazonaws.com/doc/2012-11-05/';

/** Reads the parameters of a query request. Throws {@link ServiceError} for a value of the wrong kind or a member that is missing. */
export function readQuery<S extends StructureShape>(shape: S, tree: ParameterNode): ValueOf<S> {
  return readMembers(shape, tree, '') as ValueOf<S>;
}

function readMembers(shape: StructureShape, node: ParameterNode, path: string): unknown {
  const result: Record<string, unknown> = {};
  for (const name in shape.members) {
    const member = shape.members[name];
    const queryName = nameOf(name, member);
    const memberPath = path === '' ? queryName : `${path}.${queryName}`;
    const child = node.children.get(queryName);
    if (child !== undefined) result[name] = readValue(member.shape, child, memberPath);
    else if (member.required) throw missingParameter(memberPath);
    else result[name] = absent(member.shape);
  }
  return result;
}

function nameOf(name: string, member: Member): string {
  return member.query ?? name;
}

function readValue(shape: Shape, node: ParameterNode, path: string): unknown {
  switch (shape.kind) {
    case 'text':
      return node.value ?? '';
    case 'integer': {
      const value = node.value ?? '';
      const number = Number(value);
      if (!/^-?[0-9]+$/.test(value) || !Number.isSafeInteger(number)) {
        throw invalidParameter(`Value ${value} for parameter ${path} is invalid. Reason: Must be an integer.`);
      }
      return number;
    }
    case 'flag':
      return node.value === 'true';
    case 'blob': {
      const value = node.value ?? '';
      if (!isBase64(value)) throw invalidParameter(`Value for parameter ${path} is invalid. Reason: Must be base64.`);
      return Buffer.from(value, 'base64');
    }
    case 'list':
      return readList(shape, unwrapped(shape, node), path);
    case 'map':
      return readMap(shape, unwrapped(shape, node), path);
    case 'structure':
      return readMembers(shape, node, path);
  }
}

function unwrapped({ wrapper }: ListShape | MapShape, node: ParameterNode): ParameterNode {
  return wrapper === undefined ? node : (node.children.get(wrapper) ?? parameterTree());
}

/** The numbered children in the order of their numbers, which may have gaps. */
function numbered(node: ParameterNode): (readonly [number, ParameterNode])[] {
  const items: (readonly [number, ParameterNode])[] = [];
  for (const [key, child] of node.children) if (/^[0-9]{1,9}$/.test(key)) items.push([Number(key), child]);
  return items.sort((a, b) => a[0] - b[0]);
}

function readList(shape: ListShape, node: ParameterNode, path: string): unknown[] {
  // `AttributeName=All` without a number is a list of one.
  if (node.value !== undefined && node.children.size === 0) return [readValue(shape.member, node, path)];
  return numbered(node).map(([number, child]) => readValue(shape.member, child, `${path}.${number}`));
}

function readMap(shape: MapShape, node: ParameterNode, path: string): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (const [number, child] of numbered(node)) {
    const key = child.children.get(shape.keyName)?.value;
    if (key === undefined) throw missingParameter(`${path}.${number}.${shape.keyName}`);
    const value = child.children.get(shape.valueName);
    if (value === undefined) throw missingParameter(`${path}.${number}.${shape.valueName}`);
    map.set(key, readValue(shape.value, value, `${path}.${number}.${shape.valueName}`));
  }
  return map;
}

/** The XML body of an answer. `shape` undefined: the action answers nothing but that it was done. */
export function writeXml<S extends StructureShape>(
  action: string,
  shape: S | undefined,
  value: ValueOf<S> | undefined,
  requestId: string,
  namespace = sqsNamespace,
): string {
  let result = '';
  if (shape !== undefined) {
    const members = xmlMembers(shape, value);
    result = members === '' ? `<${action}Result/>` : `<${action}Result>${members}</${action}Result>`;
  }
  return (
    `<?xml version="1.0"?><${action}Response xmlns="${namespace}">${result}` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  );
}

/** An error as the query form tells it. */
export interface XmlError {
  readonly fault: 'Sender' | 'Receiver';
  readonly code: string;
  readonly queryMessage: string;
}

/** The XML body of an error. */
export function writeXmlError(error: XmlError, requestId: string, namespace = sqsNamespace): string {
  return (
    `<?xml version="1.0"?><ErrorResponse xmlns="${namespace}"><Error><Type>${error.fault}</Type><Code>${error.code}</Code>` +
    `<Message>${escapeXml(error.queryMessage)}</Message><Detail/></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

function xmlMembers(shape: StructureShape, value: unknown): string {
  let xml = '';
  for (const name in shape.members) {
    const member = shape.members[name];
    const item = (value as Record<string, unknown>)[name];
    if (item !== undefined && (isWrapped(member.shape) || !isEmpty(item)))
      xml += xmlMember(nameOf(name, member), member.shape, item);
  }
  return xml;
}

/** A wrapped list is written also when there is nothing in it. */
function isWrapped(shape: Shape): boolean {
  return (shape.kind === 'list' || shape.kind === 'map') && shape.wrapper !== undefined;
}

function xmlMember(name: string, shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'text':
      return element(name, escapeXml(value as string));
    case 'integer':
    case 'flag':
      return element(name, String(value));
    case 'blob':
      return element(name, Buffer.from(value as Uint8Array).toString('base64'));
    case 'list': {
      let xml = '';
      for (const item of value as readonly unknown[]) xml += xmlMember(shape.wrapper ?? name, shape.member, item);
      return shape.wrapper === undefined ? xml : element(name, xml);
    }
    case 'map': {
      let xml = '';
      for (const [key, item] of value as ReadonlyMap<string, unknown>) {
        const content = element(shape.keyName, escapeXml(key)) + xmlMember(shape.valueName, shape.value, item);
        xml += element(shape.wrapper ?? name, content);
      }
      return shape.wrapper === undefined ? xml : element(name, xml);
    }
    case 'structure':
      return element(name, xmlMembers(shape, value));
  }
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

const special = /[&<>"'\r]|[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const everySpecial = new RegExp(special, 'gu');
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/**
 * Text as XML 1.0 carries it. A carriage return must be a reference, or a reader turns it into a line feed and the body's digest no
 * longer fits; characters that XML cannot carry at all become U+FFFD.
 */
export function escapeXml(value: string): string {
  return special.test(value) ? value.replace(everySpecial, (character) => entities[character] ?? '\ufffd') : value;
}
