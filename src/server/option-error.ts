/** A bad option. Its message is one sentence for the person who set it. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}
