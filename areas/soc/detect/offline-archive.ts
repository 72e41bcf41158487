/** The text files of a rule source: one file, a folder, a `.zip`, or a `.tar`, `.tar.gz`, `.tgz`. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';

registerErrors({
  'rules.no_source': {
    status: 400,
    zh: '找不到规则来源 {path}：应为文件、目录、.zip 或 .tar.gz',
    en: 'No rule source {path}: a file, a folder, a .zip or a .tar.gz is expected',
  },
  'rules.bad_archive': {
    status: 400,
    zh: '无法读取规则压缩包 {path}:{reason}',
    en: 'The rule archive {path} cannot be read: {reason}',
  },
});

export interface TextFile {
  /** Path inside the source, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** More than any rule collection holds; a bomb is refused before it fills the memory. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_FILE = 8 * 1024 * 1024;

/** Files that `wanted` accepts, sorted by path. */
export async function readTextFiles(path: string, wanted: (path: string) => boolean): Promise<TextFile[]> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new XinglinError('rules.no_source', { path });
  if (info.isDirectory()) return await readFolder(path, wanted);
  const lower = path.toLowerCase();
  const archive = /\.(?:tar\.gz|tgz|tar)$/.test(lower) ? readTar : lower.endsWith('.zip') ? readZip : undefined;
  if (archive === undefined) return [{ path: basename(path), text: await readFile(path, 'utf8') }];
  if (info.size > MAX_BYTES) throw new XinglinError('rules.bad_archive', { path, reason: `> ${MAX_BYTES} bytes` });
  try {
    const files = archive(await readFile(path), wanted);
    return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  } catch (error) {
    throw new XinglinError('rules.bad_archive', {
      path,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

async function readFolder(folder: string, wanted: (path: string) => boolean): Promise<TextFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.endsWith('/') ? folder.length : folder.length + 1))
    .filter((path) => !/(?:^|\/)(?:\.git|node_modules)\//.test(path) && wanted(path))
    .toSorted();
  const files: TextFile[] = [];
  // In portions: thousands of files at once would meet the limit of open ones.
  for (let at = 0; at < paths.length; at += 64) {
    const part = paths.slice(at, at + 64);
    files.push(
      ...(await Promise.all(part.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })))),
    );
  }
  return files;
}

/** POSIX ustar and pax, GNU long names. */
export function readTar(bytes: Buffer, wanted: (path: string) => boolean): TextFile[] {
  const tar = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes;
  const files: TextFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const field = (from: number, length: number): string => {
      const text = tar.toString('utf8', at + from, at + from + length);
      const end = text.indexOf('\0');
      return end < 0 ? text : text.slice(0, end);
    };
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    if (!Number.isInteger(size) || size < 0 || at + 512 + size > tar.length) throw new Error('not a tar archive');
    const kind = field(156, 1);
    const body = (): string => tar.toString('utf8', at + 512, at + 512 + size);
    const prefix = field(345, 155);
    if (kind === 'L') longName = body().replace(/\0+$/, '');
    else if (kind === 'x') longName = /^\d+ path=(.*)$/m.exec(body())?.[1];
    else {
      const name = (longName ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`)).replace(/^\.\//, '');
      if ((kind === '0' || kind === '') && size <= MAX_FILE && wanted(name)) files.push({ path: name, text: body() });
      longName = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/** PKZIP APPNOTE 6.3: stored and deflated entries; no encryption, no ZIP64. */
export function readZip(zip: Buffer, wanted: (path: string) => boolean): TextFile[] {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('not a zip archive');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  let total = 0;
  const files: TextFile[] = [];
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('its directory is damaged');
    const method = zip.readUInt16LE(at + 10);
    const packed = zip.readUInt32LE(at + 20);
    const size = zip.readUInt32LE(at + 24);
    const nameLength = zip.readUInt16LE(at + 28);
    const offset = zip.readUInt32LE(at + 42);
    const path = zip.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    if (path.endsWith('/') || size > MAX_FILE || !wanted(path)) continue;
    total += size;
    if (total > MAX_BYTES) throw new Error(`> ${MAX_BYTES} bytes`);
    const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
    const body = zip.subarray(start, start + packed);
    if (method !== 0 && method !== 8) throw new Error(`${path} is compressed by method ${method}`);
    const text = method === 0 ? body : inflateRawSync(body, { maxOutputLength: MAX_FILE });
    files.push({ path, text: text.toString('utf8') });
  }
  return files;
}
