import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { promisify } from 'node:util';

const br = promisify(brotliCompress);
const gz = promisify(gzip);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.mp3': 'audio/mpeg',
};
const COMPRESSIBLE = /^(text\/|application\/(json|manifest)|image\/svg)/;
/** Vite writes the content's hash into these names, so they never change. */
const HASHED = /[/\\]assets[/\\].*-[\w-]{8,}\.\w+$/;
const CACHE_BYTES = 64 * 1024 * 1024;

interface CachedFile {
  readonly mtime: number;
  readonly etag: string;
  readonly type: string;
  readonly plain: Buffer<ArrayBuffer>;
  readonly br?: Buffer<ArrayBuffer>;
  readonly gzip?: Buffer<ArrayBuffer>;
}

/**
 * Serves the files of a folder from memory (read on first use, compressed once, checked by modification time). A path without a file
 * and without an extension is a page of the console and gets `index.html`.
 */
export function staticFiles(folder: () => string | undefined): (request: Request) => Promise<Response | undefined> {
  const cache = new Map<string, CachedFile>();
  let cachedBytes = 0;

  return async (request) => {
    const root = folder();
    if (root === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
    let path: string;
    try {
      path = decodeURIComponent(new URL(request.url).pathname);
    } catch {
      return undefined;
    }
    if (path.includes('\0')) return undefined;
    const wanted = normalize(join(root, path));
    if (wanted !== normalize(root) && !wanted.startsWith(normalize(root).replace(/[/\\]$/, '') + sep)) return undefined;
    // A page's address may have dots (an institution's path); only what a browser opens as a document asks for HTML.
    const page =
      path.endsWith('/') || extname(path) === '' || (request.headers.get('accept') ?? '').includes('text/html');
    const file = (await load(wanted)) ?? (page ? await load(join(root, 'index.html')) : undefined);
    return file === undefined ? undefined : answer(request, file, HASHED.test(wanted));
  };

  async function load(path: string): Promise<CachedFile | undefined> {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined || !info.isFile()) return undefined;
    const known = cache.get(path);
    if (known !== undefined && known.mtime === info.mtimeMs) return known;
    const plain = await readFile(path);
    const type = TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
    const squeeze = COMPRESSIBLE.test(type) && plain.byteLength > 1024;
    const file: CachedFile = {
      mtime: info.mtimeMs,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      type,
      plain,
      ...(squeeze
        ? {
            br: await br(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
            gzip: await gz(plain),
          }
        : {}),
    };
    cachedBytes += plain.byteLength;
    if (cachedBytes > CACHE_BYTES) {
      cache.clear();
      cachedBytes = plain.byteLength;
    }
    cache.set(path, file);
    return file;
  }

  function answer(request: Request, file: CachedFile, forever: boolean): Response {
    const accepts = request.headers.get('accept-encoding') ?? '';
    const encoding =
      file.br !== undefined && /\bbr\b/.test(accepts)
        ? 'br'
        : file.gzip !== undefined && /\bgzip\b/.test(accepts)
          ? 'gzip'
          : undefined;
    const bytes = encoding === 'br' ? file.br : encoding === 'gzip' ? file.gzip : file.plain;
    const headers: Record<string, string> = {
      'content-type': file.type,
      etag: file.etag,
      vary: 'accept-encoding',
      'cache-control': forever ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    const known = request.headers
      .get('if-none-match')
      ?.split(',')
      .map((tag) => tag.trim().replace(/^W\//, ''));
    if (known?.includes(file.etag) === true) return new Response(null, { status: 304, headers });
    if (encoding !== undefined) headers['content-encoding'] = encoding;
    headers['content-length'] = String(bytes?.byteLength ?? 0);
    return new Response(request.method === 'HEAD' ? null : (bytes ?? null), { headers });
  }
}
