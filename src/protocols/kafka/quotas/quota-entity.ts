/** Whom a quota is for: a user, a client id, or a client id of a user; null stands for all without one of their own. */
export interface QuotaEntity {
  readonly user?: string | null;
  readonly clientId?: string | null;
}

/** As the admin API spells an entity. */
export interface EntityPart {
  readonly entityType: string;
  readonly entityName: string | null;
}

const USER = 'user';
const CLIENT_ID = 'client-id';

/** The entity, or what is wrong with it in words for the client. */
export function entityOf(parts: readonly EntityPart[]): QuotaEntity | string {
  const entity: { user?: string | null; clientId?: string | null } = {};
  if (parts.length === 0) return 'A quota is for a user or a client id: none is named';
  for (const { entityType, entityName } of parts) {
    const field = entityType === USER ? 'user' : entityType === CLIENT_ID ? 'clientId' : undefined;
    if (field === undefined) return `Unhandled client quota entity type: ${entityType}`;
    if (field in entity) return `The entity type ${entityType} is named twice`;
    if (entityName === '') return `Empty ${entityType} not supported`;
    entity[field] = entityName;
  }
  return entity;
}

export function partsOf({ user, clientId }: QuotaEntity): EntityPart[] {
  const parts: EntityPart[] = [];
  if (user !== undefined) parts.push({ entityType: USER, entityName: user });
  if (clientId !== undefined) parts.push({ entityType: CLIENT_ID, entityName: clientId });
  return parts;
}

/** The same text for equal entities. */
export function keyOf({ user, clientId }: QuotaEntity): string {
  return JSON.stringify({ ...(user !== undefined && { user }), ...(clientId !== undefined && { clientId }) });
}

/** Throws SyntaxError for what {@link keyOf} did not make. */
export function entityOfKey(key: string): QuotaEntity {
  return JSON.parse(key) as QuotaEntity;
}

/**
 * The entities whose quota could hold for a client, the one that wins first (KIP-55). With a quota of a user alone
 * all of the user's clients share it; with one of a client id alone, all of that id.
 */
export function candidates(user: string, clientId: string): QuotaEntity[] {
  return [
    { user, clientId },
    { user, clientId: null },
    { user },
    { user: null, clientId },
    { user: null, clientId: null },
    { user: null },
    { clientId },
    { clientId: null },
  ];
}
