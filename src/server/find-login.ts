import type { Administration, Credential } from '../core/index.js';
import { isPasswordCredential, passwordCredential, type PasswordHashing, provesPassword } from '../operations/index.js';
import type { FindLogin } from './authenticator.js';

/** Finds whoever may log in among the users of the catalogue, as they are at that moment. */
export function loginsOf({ users }: Pick<Administration, 'users'>, hashing: PasswordHashing): FindLogin {
  let decoy: Promise<Credential> | undefined;
  return (name) => {
    const passwords = users.get(name)?.credentials.filter(isPasswordCredential) ?? [];
    if (passwords.length > 0) {
      const version = passwords.map(({ secret }) => Buffer.from(secret).toString('base64')).join(' ');
      return { version, verify: async (password) => await anyProves(passwords, password) };
    }
    return {
      version: '',
      verify: async (password) => {
        decoy ??= passwordCredential('', hashing);
        await provesPassword(await decoy, password);
        return false;
      },
    };
  };
}

async function anyProves(credentials: readonly Credential[], password: string): Promise<boolean> {
  for (const credential of credentials) if (await provesPassword(credential, password)) return true;
  return false;
}
