/** One promise that a history shows to be broken. */
export interface Violation {
  /** A short name of the promise. */
  readonly rule: string;
  /** The queue or topic. */
  readonly where: string;
  readonly detail: string;
}

/** Takes what the checks find. */
export type Report = (rule: string, where: string, detail: string) => void;
