/** An answer: its body is sent as JSON, and is absent for most of what changes something. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export const NO_CONTENT: Reply = { status: 204 };

/** What RabbitMQ answers to PUT: 201 for what is new, 204 for what was there. */
export function put(isNew: boolean): Reply {
  return { status: isNew ? 201 : 204 };
}
