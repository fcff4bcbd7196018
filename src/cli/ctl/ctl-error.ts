/** Exit codes of rabbitmqctl, which are those of sysexits.h. */
export const EXIT = {
  ok: 0,
  usage: 64,
  data: 65,
  noUser: 67,
  unavailable: 69,
  software: 70,
  temporary: 75,
} as const;

/** The verb could not do what it was asked for: a text for the operator and an exit code for the script. */
export class CtlError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
