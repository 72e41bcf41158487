import { fromUtf8, utf8 } from '@xinglin/gmcrypto';
import type { KeyProvider } from '@xinglin/gmcrypto';
import { XinglinError } from '@xinglin/platform/kernel';
import { z } from 'zod';
import './errors.ts';

const Encrypted = z.object({ data: z.object({ ciphertext: z.string().startsWith('vault:v') }) });
const Decrypted = z.object({ data: z.object({ plaintext: z.string() }) });

/**
 * A key service that speaks Vault's transit engine (`POST /v1/transit/encrypt/<key>` and `decrypt`): the key-encryption key never leaves it. The
 * service's own rotation is seen in the prefix (`vault:v2:…`) and needs nothing here. The key must be made with `derived=true`: the context is bound into it.
 */
export function createTransitProvider(options: {
  readonly url: string;
  readonly key: string;
  readonly token: string;
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}): KeyProvider {
  const { url, key, token, timeoutMs = 5000, fetch: call = fetch } = options;

  async function post<T extends z.ZodType>(act: 'encrypt' | 'decrypt', body: object, answer: T): Promise<z.output<T>> {
    const fail = (reason: string): XinglinError => new XinglinError('encrypt.service', { url, act, reason });
    let response: Response;
    try {
      response = await call(new URL(`/v1/transit/${act}/${encodeURIComponent(key)}`, url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-vault-token': token },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      });
    } catch (error) {
      throw fail(error instanceof Error ? error.message : String(error));
    }
    const text = await response.text();
    if (!response.ok) throw fail(`HTTP ${response.status} ${text.slice(0, 200)}`);
    const parsed = answer.safeParse(parseJson(text));
    if (!parsed.success) throw fail('the answer is not that of a transit engine');
    return parsed.data;
  }

  return {
    name: 'transit',
    async wrap(dataKey, context) {
      const body = { plaintext: base64(dataKey), context: base64(context) };
      return utf8((await post('encrypt', body, Encrypted)).data.ciphertext);
    },
    async unwrap(wrapped, context) {
      const body = { ciphertext: fromUtf8(wrapped), context: base64(context) };
      return new Uint8Array(Buffer.from((await post('decrypt', body, Decrypted)).data.plaintext, 'base64'));
    },
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
