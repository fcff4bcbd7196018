/** The admin API, as the composition root sees it. */
export {
  isPasswordCredential,
  passwordCredential,
  type PasswordHashing,
  provesPassword,
  rabbitmqCredential,
} from './access/password-credential.js';
export { tagsOf } from './access/tags.js';
export type { AdminContext, ListeningFront } from './admin-context.js';
export { AdminServer } from './admin-server.js';
export { Rates } from './statistics/rates.js';
