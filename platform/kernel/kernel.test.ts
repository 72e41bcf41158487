import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testClock } from './clock.ts';
import { XinglinError } from './errors.ts';
import { defineMachine } from './fsm.ts';
import { createIds, idTime } from './ids.ts';
import { createLifecycle, within } from './lifecycle.ts';
import type { Part } from './lifecycle.ts';
import { createLog, silentLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createSecrets, openSecrets } from './secrets.ts';

describe('testClock()', () => {
  it('moves only when told', () => {
    const clock = testClock('2026-01-01T00:00:00Z');
    clock.advance(1500);
    expect(clock().toISOString()).toBe('2026-01-01T00:00:01.500Z');
    clock.set('2027-01-01T00:00:00Z');
    expect(clock().getUTCFullYear()).toBe(2027);
  });
});

describe('createIds()', () => {
  it('orders ids by time, and within a millisecond by creation, even when the clock goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 44 }), { minLength: 2, maxLength: 50 }), (times) => {
        let index = 0;
        const next = createIds(() => times[index++ % times.length] ?? 0);
        const ids = times.map(() => next());
        expect(ids).toEqual(ids.toSorted());
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('keeps the time', () => {
    const at = Date.UTC(2026, 4, 17, 3, 4, 5, 678);
    const id = createIds(() => at)();
    expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
    expect(idTime(id).getTime()).toBe(at);
  });

  it('does not overflow when chance gave the largest tail', () => {
    const next = createIds(
      () => 1,
      () => new Uint8Array(10).fill(255),
    );
    expect(next() < next()).toBe(true);
  });
});

describe('createLog()', () => {
  it('writes one JSON object per line and never a secret', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'xinglin-log-')), 'log');
    const log = createLog({ level: 'info', destination: file });
    log.info({ user: 'a', password: 'hunter2', req: { token: 'abc' } }, 'hello');
    log.debug('not at this level');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      msg: 'hello',
      user: 'a',
      password: '[redacted]',
      req: { token: '[redacted]' },
    });
    rmSync(file);
  });
});

describe('createMetrics()', () => {
  it('gives the same metric for a name, and its exposition text', async () => {
    const metrics = createMetrics();
    metrics.counter('xinglin_test_total', 'help', ['kind']).inc({ kind: 'a' });
    metrics.counter('xinglin_test_total', 'help', ['kind']).inc({ kind: 'a' }, 2);
    let level = 1;
    metrics.gauge('xinglin_level', 'help', [], (gauge) => gauge.set(level));
    level = 7;
    metrics.histogram('xinglin_seconds', 'help', [], [1, 2]).observe(1.5);
    const text = await metrics.text();
    expect(text).toContain('xinglin_test_total{kind="a"} 3');
    expect(text).toContain('xinglin_level 7');
    expect(text).toContain('xinglin_seconds_bucket{le="2"} 1');
    expect(await metrics.value('xinglin_test_total', { kind: 'a' })).toBe(3);
    expect(await metrics.value('xinglin_absent')).toBe(0);
  });

  it('refuses a foreign name and a second kind', () => {
    const metrics = createMetrics();
    expect(() => metrics.counter('http_total', '')).toThrow('xinglin_');
    metrics.counter('xinglin_x', 'x');
    expect(() => metrics.gauge('xinglin_x', 'x')).toThrow('another kind');
  });
});

describe('createLifecycle()', () => {
  const part = (name: string, trace: string[], more: Partial<Part> = {}): Part => ({
    name,
    start: () => Promise.resolve(void trace.push(`+${name}`)),
    stop: () => Promise.resolve(void trace.push(`-${name}`)),
    ...more,
  });

  it('starts in order and stops in reverse, once', async () => {
    const trace: string[] = [];
    const life = createLifecycle({ log: silentLog() });
    life.add(part('a', trace));
    await life.start();
    life.add(part('b', trace));
    expect(life.notReady()).toEqual(['b: starting']);
    await life.start();
    expect(life.notReady()).toEqual([]);
    await Promise.all([life.stop(), life.stop()]);
    expect(trace).toEqual(['+a', '+b', '-b', '-a']);
    expect(life.notReady()).toEqual(['stopping']);
  });

  it('stops what had started when a later part fails, the failed one included', async () => {
    const trace: string[] = [];
    const life = createLifecycle({ log: silentLog() });
    life.add(part('a', trace));
    life.add(part('b', trace, { start: () => Promise.reject(new Error('no port')) }));
    life.add(part('c', trace));
    await expect(life.start()).rejects.toThrow('no port');
    expect(trace).toEqual(['+a', '-b', '-a']);
  });

  it('leaves behind and names a part that does not stop, and still stops the others', async () => {
    const trace: string[] = [];
    const life = createLifecycle({ log: silentLog(), stopTimeoutMs: 50, stopTotalMs: 100 });
    life.add(part('a', trace));
    life.add(part('stuck', trace, { stop: () => new Promise(() => undefined) }));
    await life.start();
    expect(await life.stop()).toEqual(['stuck']);
    expect(trace).toEqual(['+a', '+stuck', '-a']);
  });

  it('says why a part is not ready', async () => {
    const life = createLifecycle({ log: silentLog() });
    life.add(part('store', [], { ready: () => 'reconnecting' }));
    await life.start();
    expect(life.notReady()).toEqual(['store: reconnecting']);
  });
});

describe('within()', () => {
  it('passes the result through or rejects with the message', async () => {
    expect(await within(Promise.resolve(5), 1000, 'late')).toBe(5);
    await expect(within(new Promise(() => undefined), 5, 'late')).rejects.toThrow('late');
  });
});

describe('defineMachine()', () => {
  const door = defineMachine<'open' | 'closed' | 'locked', 'open' | 'close' | 'lock', { key: boolean }>({
    initial: 'closed',
    states: ['open', 'closed', 'locked'],
    transitions: {
      open: { from: ['closed'], to: 'open' },
      close: { from: ['open'], to: 'closed' },
      lock: {
        from: ['closed'],
        to: 'locked',
        guard: ({ key }) => (key ? undefined : new XinglinError('access.denied', { permission: 'key' })),
      },
    },
  });

  it('follows transitions and refuses others, naming what is possible', () => {
    expect(door.next('closed', 'open', { key: false })).toBe('open');
    expect(() => door.next('open', 'lock', { key: true })).toThrow(
      "'lock' is not possible in state 'open'; possible: close",
    );
    expect(door.final).toEqual(['locked']);
  });

  it('asks the guard', () => {
    expect(door.actions('closed', { key: false })).toEqual(['open']);
    expect(door.actions('closed', { key: true })).toEqual(['open', 'lock']);
    expect(door.can('closed', 'lock', { key: false })).toBe(false);
    expect(() => door.next('closed', 'lock', { key: false })).toThrow('key is needed');
  });

  it('never leaves its states, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('open', 'close', 'lock')), fc.boolean(), (actions, key) => {
        let state: 'open' | 'closed' | 'locked' = door.initial;
        for (const action of actions as ('open' | 'close' | 'lock')[])
          if (door.can(state, action, { key })) state = door.next(state, action, { key });
        expect(door.states).toContain(state);
        if (!key) expect(state).not.toBe('locked');
      }),
    );
  });

  it('computes a target and refuses a machine with an unreachable or unknown state', () => {
    const computed = defineMachine<'a' | 'b' | 'c', 'go', boolean>({
      initial: 'a',
      states: ['a', 'b', 'c'],
      transitions: { go: { from: ['a'], to: (late) => (late ? 'c' : 'b') } },
    });
    expect([computed.next('a', 'go', true), computed.next('a', 'go', false)]).toEqual(['c', 'b']);
    expect(() =>
      defineMachine({ initial: 'a', states: ['a', 'b'], transitions: { stay: { from: ['a'], to: 'a' } } }),
    ).toThrow('cannot be reached: b');
    expect(() =>
      defineMachine({ initial: 'a', states: ['a'], transitions: { go: { from: ['a'], to: 'z' as 'a' } } }),
    ).toThrow("unknown state 'z'");
  });
});

describe('openSecrets()', () => {
  it('opens what it sealed, only for the same purpose and the same key', () => {
    const dir = mkdtempSync(join(tmpdir(), 'xinglin-secrets-'));
    const secrets = openSecrets(dir);
    const sealed = secrets.seal('totp', '杏林 secret');
    expect(sealed).not.toContain('secret');
    expect(openSecrets(dir).open('totp', sealed)).toBe('杏林 secret');
    expect(() => secrets.open('webhook', sealed)).toThrow(XinglinError);
    expect(() => createSecrets(new Uint8Array(32)).open('totp', sealed)).toThrow('does not belong to the data');
    expect(secrets.seal('totp', 'x')).not.toBe(secrets.seal('totp', 'x'));
    expect(secrets.sign('a', 'x')).not.toBe(secrets.sign('b', 'x'));
    const key = join(dir, 'keys', 'secrets.key');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    writeFileSync(key, 'nonsense');
    expect(() => openSecrets(dir)).toThrow('64 hexadecimal');
    rmSync(dir, { recursive: true });
  });

  it('notices any changed bit', () => {
    const secrets = createSecrets(new Uint8Array(32).fill(1));
    const bytes = Buffer.from(secrets.seal('p', 'hello').slice(3), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => secrets.open('p', `v1.${changed.toString('base64url')}`)).toThrow(XinglinError);
    }
  });
});
