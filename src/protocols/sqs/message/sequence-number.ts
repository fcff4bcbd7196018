/** The SequenceNumber of a FIFO message: 20 digits, so that they compare as text, too. */
export function sequenceNumber(seq: number): string {
  return String(seq).padStart(20, '0');
}
