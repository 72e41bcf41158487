import { randomInt } from 'node:crypto';
import type { Role } from '@xinglin/platform/access';
import type { DemoRegion } from './region.ts';

export interface DemoAccount {
  readonly role: Role;
  readonly institution: string;
  readonly tenant: string;
  readonly username: string;
  readonly password: string;
  readonly name: string;
  /** Subtrees a service engineer was assigned. */
  readonly assigned?: readonly string[];
}

/** A password a person can type from a screen: no look-alike characters, three classes. */
export function demoPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz';
  const pick = (from: string, count: number): string =>
    Array.from({ length: count }, () => from[randomInt(from.length)] ?? 'x').join('');
  return `Xl-${pick(letters, 4)}-${pick('23456789', 4)}-${pick(letters, 3)}`;
}

/** One account for every role of the commission, and an officer for every institution. */
export function demoAccounts(region: DemoRegion, password: string): readonly DemoAccount[] {
  const root = region.root;
  const city = region.institutions[0];
  const nameOf = (tenant: string): string =>
    region.institutions.find((institution) => institution.tenant === tenant)?.shortName ?? tenant;
  const hospitals = region.institutions.filter((institution) => institution.kind !== 'commission');
  const counties = region.institutions.filter(
    (institution) => institution.kind === 'commission' && institution.tenant !== root,
  );
  const account = (
    role: Role,
    tenant: string,
    username: string,
    name: string,
    assigned?: readonly string[],
  ): DemoAccount => ({
    role,
    institution: tenant === '' ? '平台' : nameOf(tenant),
    tenant,
    username,
    password,
    name,
    ...(assigned === undefined ? {} : { assigned }),
  });
  return [
    account('supervisor', root, 'jianguan', city?.contacts[1]?.name ?? '监管员'),
    account('officer', `${root}.hospital-1`, 'anquan', hospitals[0]?.contacts[1]?.name ?? '安全员'),
    account('analyst', root, 'zhishou', '值守分析员'),
    account(
      'engineer',
      root,
      'fuwu',
      '安服工程师',
      hospitals.slice(0, 6).map((institution) => institution.tenant),
    ),
    account('viewer', root, 'lingdao', '分管领导'),
    account('system-admin', '', 'admin', '系统管理员'),
    account('security-admin', '', 'secadmin', '安全管理员'),
    account('auditor', '', 'auditor', '审计员'),
    ...counties.map((county) =>
      account(
        'supervisor',
        county.tenant,
        `jianguan-${county.tenant.slice(root.length + 1)}`,
        county.contacts[1]?.name ?? '监管员',
      ),
    ),
    ...hospitals
      .slice(1)
      .map((hospital) =>
        account(
          'officer',
          hospital.tenant,
          `anquan-${hospital.tenant.slice(root.length + 1).replaceAll('.', '-')}`,
          hospital.contacts[1]?.name ?? '安全员',
        ),
      ),
  ];
}
