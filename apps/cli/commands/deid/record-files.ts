import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { XinglinError } from '@xinglin/platform/kernel';
import './health-errors.ts';

/** A file of a job and where its result belongs. */
export interface RecordFile {
  readonly from: string;
  readonly to: string;
}

/**
 * The files of a job, sorted: the file itself, or those of a folder and its folders whose name `wanted` accepts. The list is taken
 * before anything is written, so that results inside the folder are not read again.
 */
export async function recordFiles(
  input: string,
  output: string,
  kinds: string,
  wanted: (name: string) => boolean,
): Promise<RecordFile[]> {
  const info = await stat(input).catch(() => undefined);
  if (info === undefined) throw new XinglinError('cli.no_file', { file: input });
  if (resolve(input) === resolve(output)) throw new XinglinError('deid.same_place', { path: output });
  if (!info.isDirectory()) {
    const target = await stat(output).catch(() => undefined);
    return [{ from: input, to: target?.isDirectory() === true ? join(output, basename(input)) : output }];
  }
  const names = await readdir(input, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(input.length)
        .replace(/^[/\\]/, ''),
    )
    .toSorted();
  if (files.length === 0) throw new XinglinError('deid.no_records', { path: input, kinds });
  return files.map((file) => ({ from: join(input, file), to: join(output, file) }));
}

/** Writes a result whole or not at all. */
export async function writeWhole(to: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const part = `${to}.${randomBytes(4).toString('hex')}.part`;
  try {
    await writeFile(part, content);
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/**
 * The place of a result, without what identifies the patient in its file and folder names: parts in which one of `identifiers` stands
 * are replaced by a keyed code, the same for the same part.
 */
export function nameWithout(
  to: string,
  root: string,
  identifiers: readonly string[],
  code: (text: string) => string,
): string {
  const inside = to.startsWith(root) && to !== root ? to.slice(root.length) : `/${basename(to)}`;
  const base = to.slice(0, to.length - inside.length);
  const wanted = [...new Set(identifiers.map(plain))].filter(
    (text) => text.length >= (/\p{Script=Han}/u.test(text) ? 2 : 3),
  );
  const parts = inside.split(/(?<=[/\\])|(?=[/\\])/).map((part) => {
    const extension = extname(part);
    const words = ` ${plain(part.slice(0, part.length - extension.length))} `;
    const hit = wanted.some((text) =>
      /\p{Script=Han}/u.test(text) ? words.includes(text) : words.includes(` ${text} `),
    );
    return hit ? `${code(part).slice(0, 16)}${extension}` : part;
  });
  return base + parts.join('');
}
