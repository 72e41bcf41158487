import { createHash } from 'node:crypto';
import { Script, createContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeDraw, planDraw, revealDraw, verifyDraw } from '../core/index.ts';
import type { DrawRecord } from '../core/index.ts';
import { VERIFIER_SCRIPT, verifierPage } from './index.ts';

interface Page {
  readonly verify: (
    record: unknown,
    noted?: string,
    key?: string,
  ) => { valid: boolean; checks: [string, boolean][]; rank?: number; won?: boolean };
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly sm3: (bytes: Uint8Array) => Uint8Array;
}

/** The page's own script, run without a document: nothing of this repository is in reach. */
function page(): Page {
  const sandbox = createContext({ TextEncoder, Uint8Array, Int32Array, DataView, Array });
  new Script(`${VERIFIER_SCRIPT}\nthis.page = { verify, sha256, sm3 };`).runInContext(sandbox);
  return (sandbox as unknown as { page: Page }).page;
}

const T0 = Date.parse('2026-11-23T00:00:00Z');
function draw(
  seed: Uint8Array,
  entrants: readonly { key: string; weight: number; phone: boolean }[],
  algorithm: 'sha256' | 'sm3',
  places = 3,
): DrawRecord {
  const planned = planDraw({ id: 'd-1', session: 's', algorithm, beaconSource: '', closesAt: T0 }, seed, T0 - 1000);
  const closed = closeDraw(
    planned.record,
    {
      places,
      reserved: { channels: ['phone', 'kiosk'], share: 0.4 },
      entrants: entrants.map(({ key, weight, phone }) => ({ key, weight, channel: phone ? 'phone' : 'web' })),
    },
    T0,
  );
  return revealDraw(closed, planned.seed, T0 + 1);
}

test('the page has SHA-256 and SM3 that agree with the system for every length around a block', () => {
  const { sha256, sm3 } = page();
  for (const length of [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) & 255);
    for (const [name, own] of [
      ['sha256', sha256],
      ['sm3', sm3],
    ] as const)
      expect(Buffer.from(own(bytes)).toString('hex'), `${name} of ${length}`).toBe(
        createHash(name).update(bytes).digest('hex'),
      );
  }
});

test('the second implementation agrees with the first on every draw, and both with a tampered one', () => {
  const { verify } = page();
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uniqueArray(
        fc.record({
          key: fc.stringMatching(/^[0-9a-f]{6}$/),
          weight: fc.integer({ min: 1, max: 5 }),
          phone: fc.boolean(),
        }),
        { selector: ({ key }) => key, minLength: 1, maxLength: 25 },
      ),
      fc.constantFrom('sha256' as const, 'sm3' as const),
      fc.nat({ max: 8 }),
      (seed, entrants, algorithm, places) => {
        const record = draw(seed, entrants, algorithm, places);
        expect(verify(record).checks.filter(([, ok]) => !ok)).toEqual([]);
        const moved = { ...record, places: record.places! + 1 };
        expect(verify(moved).valid).toBe(false);
        expect(verifyDraw(moved).valid).toBe(false);
      },
    ),
    { numRuns: 25 },
  );
});

test('the page tells the rank of a key, and a commitment that differs from the one noted', () => {
  const { verify } = page();
  const people = ['aa', 'bb', 'cc', 'dd', 'ee'].map((key) => ({ key, weight: 1, phone: false }));
  const record = draw(new Uint8Array(32).fill(5), people, 'sha256');
  const key = record.order![4]!;
  expect(verify(record, record.commitment, key)).toMatchObject({ valid: true, rank: 5, won: false });
  expect(verify(record, '0'.repeat(64)).valid).toBe(false);
  expect(verify(record, '', 'zz')).toMatchObject({ rank: 0, won: false });
  expect(() => verify({ format: 'other' })).toThrow(/not a draw record/);
  expect(() => verify({ ...record, seed: undefined })).toThrow(/not published/);
});

test('verifierPage() puts a record in as text, and its policy lets only its own script run', () => {
  const { html, policy } = verifierPage({ id: '</textarea><script>alert(1)</script>' });
  expect(html).not.toContain('<script>alert');
  expect(html).toContain('&lt;/textarea>');
  const script = /<script>([\s\S]*?)<\/script>/.exec(html)![1]!;
  expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  expect(html.match(/https?:\/\//g)).toBeNull();
});
