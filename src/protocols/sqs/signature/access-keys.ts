/** Who may sign requests. Asked for every request, so keys may come and go. */
export interface AccessKeys {
  /** The secret half of an access key; undefined: there is none of that id. */
  secretOf(accessKeyId: string): string | undefined;
}

/** Whom the front serves. */
export type SqsAccess =
  /** Those who sign with one of these keys. */
  | { readonly keys: AccessKeys }
  /** Whoever comes from an address that is admitted, as the socket names it; signatures are not looked at. */
  | { readonly admits: (address: string) => boolean };
