/**
 * The durable side of the catalogue: a small key-value store that rides in the flush. The core calls it while it
 * changes its state; it must not call back into the core.
 *
 * Keys are `/`-separated: `v/<virtual host>`, `u/<user>`, `p/<virtual host>/<user>`, `x/<virtual host>/<exchange>`,
 * `b/<virtual host>/<number>`, `n/<virtual host>/<exchange>/<note>`, `q/` and `k/<virtual host>/<name>`, `ks/<log>`,
 * `d/<space>/<name>`, `r/<virtual host>/<component>/<parameter>`. Names in keys are escaped by {@link keyPart}.
 */
export interface MetadataEffects {
  /** `value` is fresh and belongs to the callee. */
  put(key: string, value: Uint8Array): void;
  remove(key: string): void;
}

/** A name as it stands in a key: without `/`, so that prefixes end at a name's end. */
export function keyPart(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F');
}

/** The names in a key, without the key's first part. */
export function keyNames(key: string): string[] {
  return key
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('%2F', '/').replaceAll('%25', '%'));
}
