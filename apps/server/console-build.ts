import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Config, Logger } from '@xinglin/platform/kernel';

const ROOT = resolve(import.meta.dirname, '../..');
const CONSOLE = join(ROOT, 'apps', 'console');
/** Whose changes make the built console old. */
const SOURCES = ['apps/console', 'areas', 'platform/ui', 'platform/access', 'package-lock.json'];
const IGNORED = new Set(['node_modules', 'dist', 'dist.new', 'dist.old', 'dist.lock', '.vite']);

/**
 * The folder the console is served from: the configured one, else `apps/console/dist`, built first when it is missing or older than its
 * sources. Undefined when there is no console here (a server-only installation) or it could not be built.
 */
export async function prepareConsole(
  config: Pick<Config, 'consoleDir'>,
  log: Logger,
  say: (text: string) => void,
): Promise<string | undefined> {
  if (config.consoleDir !== undefined) return config.consoleDir;
  const dist = join(CONSOLE, 'dist');
  const index = join(dist, 'index.html');
  const buildable = existsSync(join(CONSOLE, 'vite.config.ts'));
  const builtAt = existsSync(index) ? statSync(index).mtimeMs : 0;
  if (!buildable) return builtAt > 0 ? dist : undefined;
  if (builtAt > newest(SOURCES.map((path) => join(ROOT, path)))) return dist;

  say('正在构建控制台（首次或源码更新后，约半分钟）… / Building the console …');
  const began = Date.now();
  try {
    await build(dist);
    say(`控制台已构建(${((Date.now() - began) / 1000).toFixed(1)} 秒)/ Console built`);
  } catch (error) {
    log.error({ reason: error instanceof Error ? error.message : String(error) }, 'the console could not be built');
    say('控制台构建失败，详见日志；接口不受影响 / The console could not be built; the API works');
  }
  return existsSync(index) ? dist : undefined;
}

async function build(dist: string): Promise<void> {
  const lock = `${dist}.lock`;
  // Two servers starting at once: the second waits for the first one's result instead of building over it.
  try {
    mkdirSync(lock);
  } catch {
    if (Date.now() - statSync(lock).mtimeMs < 300_000) return waitFor(lock);
  }
  try {
    const vite = join(
      dirname(createRequire(join(CONSOLE, 'package.json')).resolve('vite/package.json')),
      'bin',
      'vite.js',
    );
    await run(process.execPath, [vite, 'build', '--outDir', `${dist}.new`, '--emptyOutDir', '--logLevel', 'warn']);
    rmSync(`${dist}.old`, { recursive: true, force: true });
    if (existsSync(dist)) renameSync(dist, `${dist}.old`);
    renameSync(`${dist}.new`, dist);
    rmSync(`${dist}.old`, { recursive: true, force: true });
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

async function waitFor(lock: string): Promise<void> {
  for (let tries = 0; tries < 600 && existsSync(lock); tries += 1) {
    await new Promise((done) => {
      setTimeout(done, 500);
    });
  }
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: CONSOLE,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-4_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`vite build ended with ${code}\n${output}`))));
  });
}

function newest(paths: readonly string[]): number {
  let latest = 0;
  const visit = (path: string): void => {
    const info = statSync(path, { throwIfNoEntry: false });
    if (info === undefined) return;
    if (!info.isDirectory()) {
      if (!/\.test\.tsx?$|\.sql$|\.md$/.test(path)) latest = Math.max(latest, info.mtimeMs);
      return;
    }
    for (const name of readdirSync(path)) if (!IGNORED.has(name)) visit(join(path, name));
  };
  for (const path of paths) visit(path);
  return latest;
}
