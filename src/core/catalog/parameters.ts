import { decodeUtf8, encodeUtf8 } from '../../bytes/index.js';
import type { DeclaredValue } from '../broker.js';
import { keyNames, keyPart, type MetadataEffects } from './metadata-effects.js';

/** The virtual host of parameters that belong to none. */
export const GLOBAL = '';

/**
 * One thing that an administrator said, in RabbitMQ's division: a *component* (`policy`, `operator_policy`,
 * `vhost-limits`, or whatever a tool keeps there) has parameters by name, in a virtual host or in {@link GLOBAL}.
 */
export interface Parameter {
  readonly virtualHost: string;
  readonly component: string;
  readonly name: string;
  readonly value: DeclaredValue;
}

type Component = Map<string, DeclaredValue>;

/** Runtime parameters: kept as `r/<virtual host>/<component>/<name>`, JSON. What a value means is for its readers to know. */
export class Parameters {
  readonly #effects: MetadataEffects;
  readonly #hosts = new Map<string, Map<string, Component>>();
  readonly #listeners: ((virtualHost: string, component: string) => void)[] = [];

  constructor(effects: MetadataEffects) {
    this.#effects = effects;
  }

  get(virtualHost: string, component: string, name: string): DeclaredValue | undefined {
    return this.#hosts.get(virtualHost)?.get(component)?.get(name);
  }

  /** In no particular order. */
  *all(component?: string): Iterable<Parameter> {
    for (const [virtualHost, components] of this.#hosts) {
      for (const [owner, values] of components) {
        if (component !== undefined && owner !== component) continue;
        for (const [name, value] of values) yield { virtualHost, component: owner, name, value };
      }
    }
  }

  /** True when it is new. */
  put(virtualHost: string, component: string, name: string, value: DeclaredValue): boolean {
    const isNew = this.get(virtualHost, component, name) === undefined;
    this.#set(virtualHost, component, name, value);
    this.#effects.put(parameterKey(virtualHost, component, name), encodeUtf8(JSON.stringify(value)));
    this.#changed(virtualHost, component);
    return isNew;
  }

  /** False when there was none. */
  remove(virtualHost: string, component: string, name: string): boolean {
    const values = this.#hosts.get(virtualHost)?.get(component);
    if (values?.delete(name) !== true) return false;
    this.#effects.remove(parameterKey(virtualHost, component, name));
    this.#changed(virtualHost, component);
    return true;
  }

  /** All of a virtual host that is deleted. */
  removeVirtualHost(virtualHost: string): void {
    const mine = [...this.all()].filter((parameter) => parameter.virtualHost === virtualHost);
    for (const { component, name } of mine) this.remove(virtualHost, component, name);
  }

  /** Called after a parameter of the component was put or removed; not for what is restored. */
  onChange(listener: (virtualHost: string, component: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes one entry of the store; false when it is not of this kind. */
  restore(key: string, value: Uint8Array): boolean {
    if (!key.startsWith('r/')) return false;
    const [virtualHost, component, name] = keyNames(key);
    this.#set(virtualHost, component, name, JSON.parse(decodeUtf8(value)) as DeclaredValue);
    return true;
  }

  #set(virtualHost: string, component: string, name: string, value: DeclaredValue): void {
    const components = this.#hosts.get(virtualHost) ?? new Map<string, Component>();
    const values: Component = components.get(component) ?? new Map<string, DeclaredValue>();
    this.#hosts.set(virtualHost, components.set(component, values.set(name, value)));
  }

  #changed(virtualHost: string, component: string): void {
    for (const listener of this.#listeners) listener(virtualHost, component);
  }
}

function parameterKey(virtualHost: string, component: string, name: string): string {
  return `r/${keyPart(virtualHost)}/${keyPart(component)}/${keyPart(name)}`;
}
