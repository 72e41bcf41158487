/**
 * SM algorithms per CPU-second on one core: OpenSSL through node:crypto and the portable JavaScript, in one run, with AES-256-GCM as the measure.
 *
 *   npm run -s bench -- crypto [--json] [--seconds=1]
 */
import { createSealer, portable } from '@xinglin/gmcrypto';
import { nodePrimitives } from '@xinglin/gmcrypto/node';

const json = process.argv.includes('--json');
const seconds = Number(process.argv.find((word) => word.startsWith('--seconds='))?.slice(10) ?? 1);

/** Calls of `work` per CPU-second, after a warm-up. */
function rate(work: () => unknown): number {
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const run = (limit: number): number => {
    const start = cpu();
    let calls = 0;
    while (cpu() - start < limit) for (let left = 8; left > 0; left--, calls++) work();
    return calls / (cpu() - start);
  };
  run(seconds / 4);
  return run(seconds);
}

const MEGABYTE = new Uint8Array(1_000_000).fill(0x5a);
const FIELD = new Uint8Array(24).fill(0x33);
const KEY = new Uint8Array(32).fill(7);
const KEY16 = KEY.subarray(16);
const CONTEXT = new Uint8Array(20).fill(1);

const rows: { what: string; unit: string; node: number; portable: number | null; ratio: number | null }[] = [];
for (const [what, unit, work] of [
  ['SM3', 'MB/s', (p) => () => p.sm3(MEGABYTE)],
  ['SM4-CTR', 'MB/s', (p) => () => p.sm4Ctr(KEY16, KEY16, MEGABYTE)],
  ['sealed SM4-CTR + HMAC-SM3', 'MB/s', (p) => sealing(p, 'sm4-ctr-hmac-sm3', MEGABYTE)],
  ['sealed AES-256-GCM', 'MB/s', (p) => (p.aesGcm === undefined ? undefined : sealing(p, 'aes-256-gcm', MEGABYTE))],
  [
    'HMAC-SM3 of a field of 24 bytes',
    'ops/s',
    (p) => {
      const mac = p.hmacSm3(KEY);
      return () => mac(FIELD);
    },
  ],
  ['sealed field of 24 bytes, SM4', 'ops/s', (p) => sealing(p, 'sm4-ctr-hmac-sm3', FIELD)],
  [
    'SM2 sign',
    'ops/s',
    (p) => {
      const keys = p.sm2.generate();
      return () => p.sm2.sign(FIELD, keys);
    },
  ],
  [
    'SM2 verify',
    'ops/s',
    (p) => {
      const keys = p.sm2.generate();
      const signature = p.sm2.sign(FIELD, keys);
      return () => p.sm2.verify(FIELD, signature, keys.publicKey);
    },
  ],
  [
    'SM2 encrypt (key wrapping)',
    'ops/s',
    (p) => {
      const keys = p.sm2.generate();
      return () => p.sm2.encrypt(KEY, keys.publicKey);
    },
  ],
] as readonly (readonly [string, string, (p: typeof portable) => (() => unknown) | undefined])[]) {
  const [byNode, byPortable] = [nodePrimitives, portable].map((primitives) => {
    const call = work(primitives);
    return call === undefined ? null : rate(call);
  }) as [number, number | null];
  rows.push({
    what,
    unit,
    node: byNode,
    portable: byPortable,
    ratio: byPortable === null ? null : byNode / byPortable,
  });
}

function sealing(
  primitives: typeof portable,
  profile: 'sm4-ctr-hmac-sm3' | 'aes-256-gcm',
  data: Uint8Array,
): () => unknown {
  const sealer = createSealer(primitives, profile, KEY);
  return () => sealer.seal(data, CONTEXT);
}

if (json) console.log(JSON.stringify({ bench: 'crypto', perCpuSecond: true, rows }));
else {
  console.log(
    `${'per CPU-second'.padEnd(36)}${'node:crypto'.padStart(14)}${'portable'.padStart(12)}${'ratio'.padStart(8)}`,
  );
  for (const { what, unit, node, portable: other, ratio } of rows)
    console.log(
      `${`${what}, ${unit}`.padEnd(44)}${node.toFixed(0).padStart(6)}${(other?.toFixed(0) ?? '–').padStart(12)}${(ratio?.toFixed(1) ?? '').padStart(8)}`,
    );
}
