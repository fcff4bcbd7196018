const LEGAL = /^[a-zA-Z0-9._-]{1,249}$/;

/** Whether Kafka allows a topic of this name to be created. */
export function isLegalTopicName(name: string): boolean {
  return LEGAL.test(name) && name !== '.' && name !== '..';
}

/**
 * How a name of the broker is spelled for Kafka clients: as it is, or percent-encoded where another dialect created
 * it from characters that Kafka has not. A percent sign is no legal character, so the two never meet.
 */
export function spellForKafka(name: string): string {
  if (isLegalTopicName(name)) return name;
  const bytes = Buffer.from(name, 'utf8');
  let spelled = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    spelled += /[a-zA-Z0-9_-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return spelled;
}

/** The broker's name behind {@link spellForKafka}'s spelling; undefined for what nobody spells like that. */
export function nameBehindSpelling(spelled: string): string | undefined {
  if (isLegalTopicName(spelled)) return spelled;
  try {
    const name = decodeURIComponent(spelled);
    return name !== '' && spellForKafka(name) === spelled ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Kafka's metrics write a dot as an underscore, so it refuses names that differ in nothing else. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_');
}
