import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { XinglinError } from '@xinglin/platform/kernel';
import '../errors.ts';

/** The script and the style sheet as served: with their hash in the address they are cached for a year. */
export interface ClientBundle {
  readonly script: Buffer;
  readonly scriptHash: string;
  readonly style: Buffer;
  readonly styleHash: string;
}

const CLIENT = join(import.meta.dirname, 'client');

/**
 * Builds the client once per change of its source and keeps the result in `cacheDir`. The bundler runs in a child process: a gateway that
 * serves for months does not carry it in its memory.
 */
export async function clientBundle(cacheDir: string): Promise<ClientBundle> {
  const sources = readdirSync(CLIENT)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .toSorted();
  const hash = createHash('sha256');
  for (const name of sources) hash.update(name).update(readFileSync(join(CLIENT, name)));
  const file = join(cacheDir, `gateway-client-${hash.digest('hex').slice(0, 16)}.js`);
  if (!existsSync(file)) await build(file, cacheDir);
  const script = readFileSync(file);
  const style = readFileSync(join(CLIENT, 'pages.css'));
  return { script, scriptHash: short(script), style, styleHash: short(style) };
}

async function build(file: string, cacheDir: string): Promise<void> {
  mkdirSync(cacheDir, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  const builder = join(import.meta.dirname, 'build-client.ts');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', builder, CLIENT], {
      timeout: 60_000,
      maxBuffer: 4 << 20,
    });
    writeFileSync(temporary, stdout);
    renameSync(temporary, file);
  } catch (cause) {
    throw new XinglinError(
      'antiscalp.client_build',
      { reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

function short(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
