import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';

registerErrors({
  'ingest.bad_encoding': {
    status: 400,
    zh: '请求体无法按 {encoding} 解压',
    en: 'The body is not valid {encoding}',
  },
  'ingest.unknown_encoding': {
    status: 415,
    zh: '不支持的 Content-Encoding:{encoding}（支持 gzip、deflate、zstd、br）',
    en: 'Content-Encoding {encoding} is not supported (gzip, deflate, zstd and br are)',
  },
});

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;
const decompressors: Readonly<Record<string, Decompress>> = {
  gzip: promisify(gunzip) as Decompress,
  'x-gzip': promisify(gunzip) as Decompress,
  zstd: promisify(zstdDecompress) as Decompress,
  br: promisify(brotliDecompress) as Decompress,
  // "deflate" is zlib (RFC 9110), but some senders leave its header out.
  deflate: async (bytes, options) => {
    try {
      return await (promisify(inflate) as Decompress)(bytes, options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw error;
      return await (promisify(inflateRaw) as Decompress)(bytes, options);
    }
  },
};

/** Reads and decompresses a body. Neither the bytes sent nor what they unfold to may pass its limit; reading stops there. */
export async function readBody(
  request: Request,
  limits: { readonly compressedBytes: number; readonly bodyBytes: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = (request.headers.get('content-encoding') ?? '').trim().toLowerCase();
  const plain = encoding === '' || encoding === 'identity';
  const limit = plain ? limits.bodyBytes : limits.compressedBytes;
  const decompress = decompressors[encoding];
  if (!plain && decompress === undefined) throw new XinglinError('ingest.unknown_encoding', { encoding });
  const bytes = await readLimited(request, limit);
  if (decompress === undefined) return bytes;
  try {
    const whole = await decompress(bytes, { maxOutputLength: limits.bodyBytes });
    return new Uint8Array(whole.buffer as ArrayBuffer, whole.byteOffset, whole.byteLength);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new XinglinError('request.too_large', { limit: limits.bodyBytes });
    throw new XinglinError('ingest.bad_encoding', { encoding }, { cause: error });
  }
}

async function readLimited(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declared > limit) throw new XinglinError('request.too_large', { limit });
  // The server has already bounded it to what was declared.
  if (Number.isFinite(declared)) return new Uint8Array(await request.arrayBuffer());
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel().catch(() => undefined);
      throw new XinglinError('request.too_large', { limit });
    }
    chunks.push(value);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
