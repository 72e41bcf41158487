import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasNoAccounts, provisionAccounts, systemActor } from '@xinglin/platform/access';
import type { AccessContext, Role } from '@xinglin/platform/access';

export interface FirstAccount {
  readonly role: Role;
  readonly username: string;
  readonly password: string;
}

export interface FirstAccounts {
  readonly accounts: readonly FirstAccount[];
  readonly file: string;
}

const POWERS = [
  { role: 'system-admin', username: 'admin', name: '系统管理员' },
  { role: 'security-admin', username: 'secadmin', name: '安全管理员' },
  { role: 'auditor', username: 'auditor', name: '审计员' },
] as const;

/**
 * At the first start, one account for each of the three separate powers, with random one-time passwords, also written to
 * `<data>/initial-accounts.json` (0600). Undefined when accounts exist.
 */
export async function createAdministrators(context: AccessContext): Promise<FirstAccounts | undefined> {
  if (!(await hasNoAccounts(context))) return undefined;
  const created = await provisionAccounts(
    context,
    systemActor('first start'),
    POWERS.map(({ role, username, name }) => ({ username, name, tenant: '', roles: [role] })),
  );
  const accounts = created.map((account, index) => ({
    role: POWERS[index]?.role ?? 'system-admin',
    username: account.username,
    password: account.password,
  }));
  const file = join(context.config.data, 'initial-accounts.json');
  writeFileSync(
    file,
    `${JSON.stringify({ note: '一次性口令，首次登录后须修改；请妥善保管并删除本文件', accounts }, undefined, 2)}\n`,
    { mode: 0o600 },
  );
  if (process.platform !== 'win32') chmodSync(file, 0o600);
  return { accounts, file };
}
