/** The table of a definitions file, one part for each service: `sqs`, `sns`. */
export type DefinitionsTable = Readonly<Record<string, unknown>>;

/** What a broker is to have when it starts, and how to refuse a file that cannot be understood. */
export interface Definitions {
  read(): Promise<DefinitionsTable>;
  /** The error that ends the start; `reason` is the end of a sentence. */
  refusal(reason: string): Error;
}

/** One entry of a list in the file, with the ways to read it. Every method throws the refusal, which names the entry. */
export class Definition {
  /** For people: `queue 2 of sqs (orders)`. */
  readonly place: string;
  readonly #fields: DefinitionsTable;
  readonly #refusal: (reason: string) => Error;

  constructor(fields: unknown, place: string, refusal: (reason: string) => Error) {
    this.place = place;
    this.#refusal = refusal;
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw this.refused('is no table');
    this.#fields = fields as DefinitionsTable;
  }

  refused(reason: string): Error {
    return this.#refusal(`${this.place} ${reason}`);
  }

  /** Throws for a field that is none of `known`: a misspelt one would be missed too late. */
  checkFields(...known: readonly string[]): void {
    for (const field of Object.keys(this.#fields)) {
      if (!known.includes(field)) throw this.refused(`has a field that is not known: ${field}`);
    }
  }

  text(field: string): string {
    const value = this.optionalText(field);
    if (value === undefined) throw this.refused(`needs a ${field}`);
    return value;
  }

  optionalText(field: string): string | undefined {
    const value = this.#fields[field];
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw this.refused(`has a ${field} that is no text`);
  }

  /** A table of texts, as attributes are. Numbers and truths are written as such, tables (policies) as JSON. */
  texts(field: string): Map<string, string> {
    const value = this.#fields[field] ?? {};
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.refused(`has ${field} that are no table`);
    return new Map(
      Object.entries(value).map(([name, each]) => [name, typeof each === 'string' ? each : JSON.stringify(each)]),
    );
  }

  /** The entries of a list, none when it is absent. */
  list(field: string, kind: string): Definition[] {
    const value = this.#fields[field] ?? [];
    if (!Array.isArray(value)) throw this.refused(`has ${field} that are no list`);
    return value.map((fields: unknown, index) => {
      const name = nameIn(fields);
      const place = `${kind} ${index + 1} of ${this.place}${name === undefined ? '' : ` (${name})`}`;
      return new Definition(fields, place, this.#refusal);
    });
  }
}

/** The part of the table that belongs to one service; an empty one when the file says nothing of it. */
export function definitionsOf(
  table: DefinitionsTable,
  service: string,
  refusal: (reason: string) => Error,
): Definition {
  return new Definition(table[service] ?? {}, service, refusal);
}

function nameIn(fields: unknown): string | undefined {
  const name: unknown = Object(fields)['name'];
  return typeof name === 'string' ? name : undefined;
}
