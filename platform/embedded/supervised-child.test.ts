import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { lockDataDir } from './data-lock.ts';
import { SILENT_LOG } from './log.ts';
import { superviseChild } from './supervised-child.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xinglin-child-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Config {
  readonly mode: string;
  readonly previous: number | undefined;
}

/** A child made of the real main, with an engine that does nothing. */
async function script(name: string): Promise<URL> {
  const file = join(dir, `${name}.ts`);
  await writeFile(
    file,
    `import { childMain } from ${JSON.stringify(new URL('./child-main.ts', import.meta.url).href)};
     import { appendFileSync } from 'node:fs';
     childMain('test', async ({ mode, previous }) => {
       if (mode === 'throw') throw new Error('no such disk');
       if (mode === 'exit') { console.error('engine says no'); process.exit(3); }
       const keep = setInterval(() => {}, 1000);
       return {
         ready: { value: (previous ?? 0) + 1 },
         stop: async () => { appendFileSync(${JSON.stringify(join(dir, name))}, 'stopped'); clearInterval(keep); },
       };
     });`,
  );
  return pathToFileURL(file);
}

const supervise = async (name: string, mode: string) =>
  await superviseChild<Config, { value: number }>({
    name,
    script: await script(name),
    config: (previous) => ({ mode, previous: previous?.value }),
    log: SILENT_LOG,
  });

test('superviseChild() starts again what is killed, with what the run before said, and stops cleanly', async () => {
  const child = await supervise('again', 'run');
  expect(child.ready.value).toBe(1);
  for (const value of [2, 3]) {
    process.kill(child.pid ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(child.ready.value).toBe(value), { timeout: 20_000 });
  }
  expect(child.restarts).toBe(2);
  const pid = child.pid ?? 0;
  await child.stop();
  expect(await readFile(join(dir, 'again'), 'utf8')).toBe('stopped');
  expect(() => process.kill(pid, 0)).toThrow();
  await child.stop();
});

test('a child leaves SIGTERM and SIGINT, which the whole group gets, to its supervisor', async () => {
  const child = await supervise('signals', 'run');
  const { pid } = child;
  process.kill(pid ?? 0, 'SIGTERM');
  process.kill(pid ?? 0, 'SIGINT');
  await child.stop();
  expect(child.restarts).toBe(0);
  expect(await readFile(join(dir, 'signals'), 'utf8')).toBe('stopped');
});

test.each([
  ['throw', /no such disk/],
  ['exit', /exit code 3.*engine says no/s],
])('superviseChild() says why the first start failed (%s)', async (mode, reason) => {
  await expect(supervise(mode, mode)).rejects.toMatchObject({
    code: 'embedded.start_failed',
    params: { reason: expect.stringMatching(reason) as string },
  });
});

test('lockDataDir() holds against a second taker and ignores what the dead left', async () => {
  const place = join(dir, 'locked');
  const release = await lockDataDir(place);
  await expect(lockDataDir(place, 150)).rejects.toMatchObject({
    code: 'embedded.locked',
    params: { dir: place, pid: process.pid },
  });
  release();
  release();
  // A pid nobody has; a pid of another program (the start time differs); rubbish; nothing.
  for (const left of ['4194303 1', `${process.pid} 1`, 'rubbish', '']) {
    await writeFile(join(place, 'xinglin.lock'), left);
    (await lockDataDir(place, 150))();
  }
  const waiting = await lockDataDir(place);
  setTimeout(waiting, 200);
  (await lockDataDir(place, 10_000))();
});
