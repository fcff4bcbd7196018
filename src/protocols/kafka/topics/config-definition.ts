/** Kafka's numbers for the types of a configuration value, as DescribeConfigs v3 has them. */
export const ConfigType = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
} as const;

/** One configuration key: what may be set, and what is displayed. */
export interface ConfigDefinition {
  readonly name: string;
  readonly type: number;
  /** In force when nothing was set. */
  readonly fallback: string;
  /** One sentence for whoever asks what it is. */
  readonly documentation: string;
  /** Whether a value may be set. */
  isValid: (value: string) => boolean;
}

export const MAX_LONG = '9223372036854775807';
const MAX_INT = 0x7fff_ffff;

const isInteger = (min: number, max: number) => (value: string) =>
  /^-?\d{1,19}$/.test(value.trim()) && Number(value) >= min && Number(value) <= max;

export const isOneOf =
  (...allowed: readonly string[]) =>
  (value: string) =>
    allowed.includes(value);

export function long(
  name: string,
  fallback: number | string,
  documentation: string,
  min = 0,
  max = Number(MAX_LONG),
): ConfigDefinition {
  return { name, type: ConfigType.long, fallback: String(fallback), documentation, isValid: isInteger(min, max) };
}

export function int(name: string, fallback: number, documentation: string, min = 0, max = MAX_INT): ConfigDefinition {
  return { name, type: ConfigType.int, fallback: String(fallback), documentation, isValid: isInteger(min, max) };
}

export function bool(name: string, fallback: boolean, documentation: string): ConfigDefinition {
  return {
    name,
    type: ConfigType.boolean,
    fallback: String(fallback),
    documentation,
    isValid: isOneOf('true', 'false'),
  };
}

export function word(
  name: string,
  fallback: string,
  documentation: string,
  ...allowed: readonly string[]
): ConfigDefinition {
  return { name, type: ConfigType.string, fallback, documentation, isValid: isOneOf(...allowed) };
}

/** A fraction from 0 to 1. */
export function ratio(name: string, fallback: string, documentation: string): ConfigDefinition {
  const isValid = (value: string) => /^\d*\.?\d+$/.test(value) && Number(value) <= 1;
  return { name, type: ConfigType.double, fallback, documentation, isValid };
}

export function list(
  name: string,
  fallback: string,
  documentation: string,
  isValid: (value: string) => boolean,
): ConfigDefinition {
  return { name, type: ConfigType.list, fallback, documentation, isValid };
}

/** The elements of a list value. */
export function elements(value: string): string[] {
  return value
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}

/** The configurations of one kind of resource. */
export class ConfigSet<D extends ConfigDefinition = ConfigDefinition> {
  /** What the names are names of, for messages: `topic`, `broker`, `group`. */
  readonly kind: string;
  readonly definitions: readonly D[];
  readonly #byName: ReadonlyMap<string, D>;

  constructor(kind: string, definitions: readonly D[]) {
    this.kind = kind;
    this.definitions = definitions;
    this.#byName = new Map(definitions.map((definition) => [definition.name, definition]));
  }

  find(name: string): D | undefined {
    return this.#byName.get(name);
  }

  /** What it takes for a configuration of that name to be set; undefined when there is none. */
  settable(name: string): ConfigDefinition | undefined {
    return this.#byName.get(name);
  }

  /** What is wrong with setting `name` to `value`, in words for the client; undefined when it may be set. */
  fault(name: string, value: string | null): string | undefined {
    const definition = this.settable(name);
    if (definition === undefined) return `Unknown ${this.kind} config name: ${name}`;
    if (value === null) return `Null value not supported for ${this.kind} config: ${name}`;
    return definition.isValid(value) ? undefined : `Invalid value ${value} for configuration ${name}`;
  }
}

/** Configurations beside which any other may be kept, as Kafka does for what its plugins are configured by. */
export class OpenConfigSet extends ConfigSet {
  override settable(name: string): ConfigDefinition {
    const documentation = 'Kept and displayed; this broker does not know it.';
    return this.find(name) ?? { name, type: ConfigType.string, fallback: '', documentation, isValid: () => true };
  }
}
