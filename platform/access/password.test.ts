import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashPassword, hashToken, needsRehash, randomToken, sameText, verifyPassword } from './hashing.ts';
import { generatePassword, passwordProblems } from './password-policy.ts';
import { checkRoles, permissionsOf, scopesOf } from './role-rules.ts';
import { ROLES, SEPARATE_POWERS } from './actor.ts';
import type { Role } from './actor.ts';
import { checkTotp, newRecoveryCodes, newTotp, recoveryHash, totpCode } from './totp.ts';

describe('hashPassword()', () => {
  it('makes a salted argon2id hash with the OWASP parameters that only the password opens', async () => {
    const [one, two] = await Promise.all([hashPassword('Korrekt-Pferd-9'), hashPassword('Korrekt-Pferd-9')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(one, 'Korrekt-Pferd-9')).toBe(true);
    expect(await verifyPassword(one, 'korrekt-pferd-9')).toBe(false);
  });

  it('opens a hash made elsewhere with other parameters and asks to renew it (RFC 9106 reference implementation)', async () => {
    // argon2 CLI: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
    const foreign = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword(foreign, 'password')).toBe(true);
    expect(needsRehash(foreign)).toBe(true);
    expect(needsRehash(await hashPassword('x'))).toBe(false);
  });

  it('is never true without a hash, nor for a broken one', async () => {
    expect(await verifyPassword(null, 'anything')).toBe(false);
    expect(await verifyPassword('plain', 'plain')).toBe(false);
  });

  it('takes composed and decomposed characters for the same password', async () => {
    expect(await verifyPassword(await hashPassword('Caf\u00e9-2026-x'), 'Cafe\u0301-2026-x')).toBe(true);
  });

  it('queues a burst and refuses what the queue cannot hold', async () => {
    const hash = await hashPassword('x');
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword(hash, 'x')));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(80 - 2 - 64);
    expect(
      refused.every((result) => result.status === 'rejected' && String(result.reason).includes('Too many sign-ins')),
    ).toBe(true);
    expect(await verifyPassword(hash, 'x')).toBe(true);
  });
});

describe('passwordProblems()', () => {
  const context = { minLength: 10, username: 'zhangsan' };
  const problems = (password: string): string[] => passwordProblems(password, context).map((problem) => problem.en);

  it.each([
    ['Aa1!', 'at least 10'],
    ['abcdefghij1', 'three of'],
    ['Xzhangsan-99', 'user name'],
    ['Xnasgnahz-99', 'user name'],
    ['P@ssw0rd2026!', 'too common'],
    ['Password123!', 'too common'],
    ['Yiyuan@2026', 'too common'],
    ['Qwertyuiop1!', 'too common'],
    ['1qaz2wsx!QAZ', ''],
    ['Aaaaaa-12345', 'four times'],
    [`Aa1!${'x1Y'.repeat(50)}`, 'at most 128'],
  ])('of %s: %s', (password, expected) => {
    if (expected !== '') expect(problems(password).join('; ')).toContain(expected);
  });

  it('accepts phrases, Chinese included, and whatever generatePassword() makes', () => {
    expect(problems('Tall-Bamboo-77')).toEqual([]);
    expect(problems('春江花月夜-Moon-9')).toEqual([]);
    for (let i = 0; i < 300; i += 1) expect(problems(generatePassword())).toEqual([]);
  });
});

describe('tokens', () => {
  it('are long, different and compared whole', () => {
    const token = randomToken('xlk_');
    expect(token).toMatch(/^xlk_[\w-]{43}$/);
    expect(randomToken()).not.toBe(randomToken());
    expect(hashToken(token)).toMatch(/^[0-9a-f]{64}$/);
    expect([sameText('a', 'a'), sameText('a', 'ab'), sameText('', 'a')]).toEqual([true, false, false]);
  });
});

describe('checkTotp()', () => {
  const now = new Date('2026-03-01T08:00:15Z');
  const { secret, uri } = newTotp('张三');

  it('accepts the code of now and one step of drift, once', () => {
    const step = checkTotp(secret, totpCode(secret, now), now, 0);
    expect(step).toBe(Math.floor(now.getTime() / 30_000));
    expect(checkTotp(secret, totpCode(secret, now), now, step ?? 0)).toBeUndefined();
    const before = new Date(now.getTime() - 30_000);
    expect(checkTotp(secret, totpCode(secret, before), now, 0)).toBe((step ?? 0) - 1);
    expect(checkTotp(secret, totpCode(secret, new Date(now.getTime() - 90_000)), now, 0)).toBeUndefined();
  });

  it('follows RFC 6238 appendix B (SHA-1, last six digits)', () => {
    const rfc = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(totpCode(rfc, new Date(59_000))).toBe('287082');
    expect(totpCode(rfc, new Date(1_111_111_109_000))).toBe('081804');
    expect(totpCode(rfc, new Date(20_000_000_000_000))).toBe('353130');
  });

  it('refuses what is no code', () => {
    for (const text of ['', '12345', 'abcdef', '1234567']) expect(checkTotp(secret, text, now, 0)).toBeUndefined();
  });

  it('gives a QR text that phone apps read', () => {
    const url = new URL(uri);
    expect([url.protocol, url.host, url.searchParams.get('secret'), url.searchParams.get('issuer')]).toEqual([
      'otpauth:',
      'totp',
      secret,
      'Xinglin',
    ]);
  });

  it('has ten recovery codes kept as hashes', () => {
    const { codes, hashes } = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    expect(hashes).toEqual(codes.map((code) => recoveryHash(` ${code.toUpperCase()} `)));
  });
});

describe('checkRoles()', () => {
  const roles = fc.uniqueArray(fc.constantFrom(...ROLES), { maxLength: 5 });

  it('never lets one account hold two separate powers, nor a power and a business role', () => {
    fc.assert(
      fc.property(roles, (wanted: Role[]) => {
        const powers = wanted.filter((role) => SEPARATE_POWERS.includes(role));
        const allowed = powers.length === 0 || (powers.length === 1 && wanted.length === 1);
        const attempt = (): void => checkRoles(wanted, '', ['cn.a']);
        if (allowed) attempt();
        else expect(attempt).toThrow('Separation of powers');
      }),
    );
  });

  it('gives the two administrators to platform accounts only, and engineers nothing without an assignment', () => {
    expect(() => checkRoles(['system-admin'], 'cn.a', [])).toThrow('whole platform');
    expect(() => checkRoles(['engineer'], 'cn.vendor', [])).toThrow('institutions');
    checkRoles(['auditor'], 'cn.a', []);
  });

  it('keeps the powers apart in what they may do', () => {
    const may = (role: Role): ReadonlySet<string> => permissionsOf([role]);
    for (const role of ROLES) {
      const creates = may(role).has('user:write');
      const grants = may(role).has('role:write');
      const audits = may(role).has('audit:read');
      expect([creates, grants, audits].filter(Boolean).length, role).toBeLessThanOrEqual(1);
    }
    for (const role of SEPARATE_POWERS) expect(may(role).has('event:read'), role).toBe(false);
  });

  it('limits an engineer to the assigned institutions and a roleless account to nothing', () => {
    expect(scopesOf(['engineer'], 'cn.vendor', ['cn.a', 'cn.b'])).toEqual(['cn.a', 'cn.b']);
    expect(scopesOf(['officer'], 'cn.a', [])).toEqual(['cn.a']);
    expect(scopesOf([], '', [])).toEqual([]);
  });
});
