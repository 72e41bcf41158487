import { XinglinError, registerErrors } from '../kernel/errors.ts';
import type { UploadedFile } from './route.ts';

registerErrors({
  'request.media_type': { status: 415, zh: '请求内容类型应为 {expected}', en: 'The content type must be {expected}' },
  'request.bad_json': { status: 400, zh: '请求体不是有效的 JSON:{reason}', en: 'The body is not valid JSON: {reason}' },
  'request.bad_form': { status: 400, zh: '表单内容无法解析', en: 'The form cannot be read' },
});

/** Reads a body of at most `limit` bytes; stops reading, and throws `request.too_large`, as soon as there are more. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length') ?? '0');
  if (declared > limit) throw new XinglinError('request.too_large', { limit });
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      // Not cancelled: that would tear down the socket before the answer is sent. The server discards the rest.
      reader.releaseLock();
      throw new XinglinError('request.too_large', { limit });
    }
    chunks.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

export async function readJson(request: Request, limit: number): Promise<unknown> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const bytes = await readBytes(request, limit);
  if (bytes.byteLength === 0) return undefined;
  // A form of another site can send text/plain but not this type, so insisting on it is a second wall against CSRF.
  if (type !== 'application/json') throw new XinglinError('request.media_type', { expected: 'application/json' });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new XinglinError('request.bad_json', { reason: error instanceof Error ? error.message : String(error) });
  }
}

export interface Form {
  /** Text fields; a repeated name gives an array. */
  readonly fields: Readonly<Record<string, string | string[]>>;
  readonly files: readonly UploadedFile[];
}

export async function readForm(request: Request, limit: number): Promise<Form> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw new XinglinError('request.media_type', { expected: 'multipart/form-data' });
  const bytes = await readBytes(request, limit);
  let data: FormData;
  try {
    data = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    throw new XinglinError('request.bad_form', {}, { cause });
  }
  const fields: Record<string, string | string[]> = {};
  const files: UploadedFile[] = [];
  for (const [name, value] of data.entries()) {
    if (typeof value === 'string') {
      const known = fields[name];
      fields[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
    } else {
      files.push({ name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) });
    }
  }
  return { fields, files };
}
