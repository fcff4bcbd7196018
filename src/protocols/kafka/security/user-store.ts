/** The broker's users, of all dialects, as far as this front changes them. */
export interface UserStore {
  get(name: string): StoredUser | undefined;
  all(): Iterable<StoredUser>;
  /** Creates a user, or replaces tags and credentials. */
  put(name: string, tags: readonly string[], credentials: readonly StoredCredential[]): unknown;
  delete(name: string): unknown;
}

export interface StoredUser {
  readonly name: string;
  readonly tags: readonly string[];
  readonly credentials: readonly StoredCredential[];
}

export interface StoredCredential {
  readonly kind: string;
  readonly id: string;
  readonly secret: Uint8Array;
}
