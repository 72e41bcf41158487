import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { XinglinError } from '@xinglin/platform/kernel';
import type { UploadedFile } from '@xinglin/platform/http';
import { decodeText } from '../sheet/read.ts';
import '../errors.ts';

export const MAX_FILES = 10;
export const MAX_FILE_MB = 20;

/** A file that is written and may still be given up, because the transaction that names it failed. */
export interface StoredFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly sm3: string;
  /** Path below the folder; random, never from the user. */
  readonly stored: string;
}

export interface FileStore {
  /** Checks each file, then writes and syncs them all; on any refusal nothing stays. */
  save(files: readonly UploadedFile[]): Promise<StoredFile[]>;
  discard(files: readonly Pick<StoredFile, 'stored'>[]): Promise<void>;
  /** Throws `file.damaged` when the bytes are not those that were stored. */
  read(file: Pick<StoredFile, 'name' | 'stored' | 'sm3'>): Promise<Buffer>;
}

export function createFileStore(dataDir: string): FileStore {
  const root = join(dataDir, 'files');

  async function discard(files: readonly Pick<StoredFile, 'stored'>[]): Promise<void> {
    await Promise.all(files.map((file) => rm(join(root, file.stored), { force: true })));
  }

  return {
    discard,
    async save(files) {
      if (files.length > MAX_FILES) throw new XinglinError('file.count', { count: MAX_FILES });
      const checked = files.map((file) => ({ file, ...recognise(file) }));
      const saved: StoredFile[] = [];
      try {
        for (const { file, name, type } of checked) {
          const id = randomBytes(16).toString('hex');
          const stored = join(id.slice(0, 2), id);
          await mkdir(join(root, id.slice(0, 2)), { recursive: true });
          saved.push({ name, type, size: file.bytes.byteLength, sm3: sm3(file.bytes), stored });
          // wx: an id is never taken twice. 0600: evidence is not for other accounts of the machine.
          const handle = await open(join(root, stored), 'wx', 0o600);
          try {
            await handle.writeFile(file.bytes);
            await handle.sync();
          } finally {
            await handle.close();
          }
        }
      } catch (error) {
        await discard(saved);
        throw error;
      }
      return saved;
    },
    async read(file) {
      const bytes = await readFile(join(root, file.stored)).catch((cause: unknown) => {
        throw new XinglinError('file.damaged', { name: file.name }, { cause });
      });
      if (sm3(bytes) !== file.sm3) throw new XinglinError('file.damaged', { name: file.name });
      return bytes;
    },
  };
}

/** GB/T 32905-2016. */
export function sm3(bytes: Uint8Array | string): string {
  return createHash('sm3').update(bytes).digest('hex');
}

interface Kind {
  readonly extensions: readonly string[];
  readonly type: string;
  readonly test: (bytes: Buffer) => boolean;
}

const starts =
  (hex: string) =>
  (bytes: Buffer): boolean =>
    bytes.subarray(0, hex.length / 2).toString('hex') === hex;
const zipWith =
  (...entries: string[]) =>
  (bytes: Buffer): boolean =>
    starts('504b0304')(bytes) && entries.every((entry) => bytes.includes(entry)) && !bytes.includes('vbaProject.bin');
const compound = starts('d0cf11e0a1b11ae1');
const office = 'application/vnd.openxmlformats-officedocument';

/** What may be evidence. The type comes from the bytes; the name must agree with it. */
const KINDS: readonly Kind[] = [
  { extensions: ['pdf'], type: 'application/pdf', test: starts('255044462d') },
  { extensions: ['png'], type: 'image/png', test: starts('89504e470d0a1a0a') },
  { extensions: ['jpg', 'jpeg'], type: 'image/jpeg', test: starts('ffd8ff') },
  { extensions: ['docx'], type: `${office}.wordprocessingml.document`, test: zipWith('[Content_Types].xml', 'word/') },
  { extensions: ['xlsx'], type: `${office}.spreadsheetml.sheet`, test: zipWith('[Content_Types].xml', 'xl/') },
  { extensions: ['pptx'], type: `${office}.presentationml.presentation`, test: zipWith('[Content_Types].xml', 'ppt/') },
  // The layout document of Chinese offices, GB/T 33190-2016.
  { extensions: ['ofd'], type: 'application/ofd', test: zipWith('OFD.xml') },
  { extensions: ['doc'], type: 'application/msword', test: compound },
  { extensions: ['xls', 'et'], type: 'application/vnd.ms-excel', test: compound },
  { extensions: ['wps'], type: 'application/vnd.ms-works', test: compound },
  { extensions: ['zip'], type: 'application/zip', test: starts('504b0304') },
  { extensions: ['txt', 'log', 'csv'], type: 'text/plain; charset=utf-8', test: isText },
];

function isText(bytes: Buffer): boolean {
  const text = decodeText(bytes);
  // oxlint-disable-next-line no-control-regex -- control characters are what tells binary from text
  return text !== undefined && !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text.slice(0, 65_536));
}

/** The safe name and the type of an upload; throws what is wrong with it. */
export function recognise(file: UploadedFile): { name: string; type: string } {
  // Only the last part of a path, without control characters and what file systems and headers give a meaning.
  const name =
    (file.name.split(/[/\\]/).at(-1) ?? '')
      .replace(/[\p{Cc}\p{Bidi_Control}<>:"|?*]/gu, '')
      .trim()
      .slice(-120) || 'file';
  const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength);
  if (bytes.length === 0) throw new XinglinError('file.type', { name, reason: '文件是空的' });
  if (bytes.length > MAX_FILE_MB * 1_048_576) throw new XinglinError('file.size', { name, mb: MAX_FILE_MB });
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const kind = KINDS.find((candidate) => candidate.extensions.includes(extension));
  if (kind === undefined)
    throw new XinglinError('file.type', {
      name,
      reason: extension === '' ? '没有扩展名' : `扩展名 .${extension} 不在允许之列`,
    });
  if (!kind.test(bytes)) throw new XinglinError('file.type', { name, reason: `内容不是 .${extension} 文件，或带有宏` });
  return { name, type: kind.type };
}
