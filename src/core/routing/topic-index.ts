import { type BindingIndex, BindingList, type RoutingStep } from './binding-index.js';
import type { BindingNode } from './topology.js';

/** One word of a pattern, at the end of the path of the words before it. */
class TopicNode {
  /** Next words that are to be met literally. */
  words: Map<string, TopicNode> | undefined = undefined;
  /** The next word is `*`. */
  one: TopicNode | undefined = undefined;
  /** The next word is `#`. */
  many: TopicNode | undefined = undefined;
  /** Patterns that end here. */
  readonly bindings = new BindingList();
  /** It stands for `#` itself, so it stays active whatever word comes. */
  readonly isMany: boolean;
  /** The step of the search that activated it last. */
  step = 0;

  constructor(isMany: boolean) {
    this.isMany = isMany;
  }

  get unused(): boolean {
    return (
      this.bindings.items.length === 0 && this.words === undefined && this.one === undefined && this.many === undefined
    );
  }
}

/**
 * Patterns of words separated by dots, where `*` is exactly one word and `#` is zero or more (AMQP 0-9-1 section
 * 3.1.3.3). The empty text has no words; any other has one more than it has dots, empty ones included.
 *
 * The patterns are a trie. A routing key is followed through it on all paths at once, one word at a time, and no node
 * is active twice in a step: so the work is at most words times nodes, however many `#` the patterns have.
 */
export class TopicIndex implements BindingIndex {
  readonly readsKey = true;
  readonly readsHeaders = false;
  readonly #root = new TopicNode(false);
  #active: TopicNode[] = [];
  #next: TopicNode[] = [];
  #step = 0;

  add(binding: BindingNode): void {
    let node = this.#root;
    for (const word of wordsOf(binding.routingKey)) node = childFor(node, word);
    node.bindings.add(binding);
  }

  remove(binding: BindingNode): void {
    removeBelow(this.#root, wordsOf(binding.routingKey), 0, binding);
  }

  collect(step: RoutingStep): void {
    for (const routingKey of step.routingKeys) this.#collect(routingKey, step);
  }

  #collect(routingKey: string, step: RoutingStep): void {
    this.#step++;
    this.#activate(this.#root);
    this.#advance();
    for (const word of wordsOf(routingKey)) {
      this.#step++;
      for (const node of this.#active) {
        const literal = node.words?.get(word);
        if (literal !== undefined) this.#activate(literal);
        if (node.one !== undefined) this.#activate(node.one);
        if (node.isMany) this.#activate(node);
      }
      this.#advance();
    }
    for (const node of this.#active) node.bindings.collect(step);
    this.#active.length = 0;
  }

  /** Also activates what is reached when a `#` takes no word. */
  #activate(node: TopicNode): void {
    for (let reached: TopicNode | undefined = node; reached !== undefined; reached = reached.many) {
      if (reached.step === this.#step) return;
      reached.step = this.#step;
      this.#next.push(reached);
    }
  }

  #advance(): void {
    const done = this.#active;
    this.#active = this.#next;
    this.#next = done;
    done.length = 0;
  }
}

function wordsOf(text: string): string[] {
  return text === '' ? [] : text.split('.');
}

function childFor(node: TopicNode, word: string): TopicNode {
  if (word === '*') return (node.one ??= new TopicNode(false));
  if (word === '#') return (node.many ??= new TopicNode(true));
  node.words ??= new Map();
  let child = node.words.get(word);
  if (child === undefined) {
    child = new TopicNode(false);
    node.words.set(word, child);
  }
  return child;
}

/** Takes the binding out and, on the way back, every node that nothing needs any more. */
function removeBelow(node: TopicNode, words: readonly string[], at: number, binding: BindingNode): void {
  if (at === words.length) {
    node.bindings.remove(binding);
    return;
  }
  const word = words[at];
  const child = word === '*' ? node.one : word === '#' ? node.many : node.words?.get(word);
  if (child === undefined) return;
  removeBelow(child, words, at + 1, binding);
  if (!child.unused) return;
  if (word === '*') node.one = undefined;
  else if (word === '#') node.many = undefined;
  else {
    node.words?.delete(word);
    if (node.words?.size === 0) node.words = undefined;
  }
}
