import type { StructureShape, ValueOf } from '../../wire/shape.js';
import type { SnsCall } from '../sns-call.js';

type ResultOf<O extends StructureShape | undefined> = O extends StructureShape ? ValueOf<O> : void;

/** One action of SNS: what it takes and answers, as data, and what it does. */
export interface SnsActionSpec<I extends StructureShape, O extends StructureShape | undefined> {
  /** As the API reference names it. */
  readonly name: string;
  readonly input: I;
  /** Undefined: the action answers nothing but that it was done. */
  readonly output: O;
  /** Throws or rejects with SnsError, ServiceError or BrokerError. What it answers is on stable storage by then. */
  run(call: SnsCall, input: ValueOf<I>): ResultOf<O> | Promise<ResultOf<O>>;
}

/** An action as the dispatcher sees it, whatever its shapes are. */
export interface SnsAction {
  readonly name: string;
  readonly input: StructureShape;
  readonly output: StructureShape | undefined;
  run(call: SnsCall, input: unknown): unknown;
}

export function snsAction<I extends StructureShape, O extends StructureShape | undefined>(
  spec: SnsActionSpec<I, O>,
): SnsAction {
  return spec;
}
