import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CollectorConfig } from './config.ts';

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What `--check` says about a configuration that can be read: the server, the token, the folder. */
export async function checkCollector(config: CollectorConfig & { readonly token: string }): Promise<CheckResult[]> {
  const results: CheckResult[] = [{ name: 'configuration', ok: true, detail: 'valid' }];
  const folder = existsSync(config.data) ? config.data : dirname(config.data);
  try {
    accessSync(folder, constants.W_OK);
    results.push({ name: 'data', ok: true, detail: config.data });
  } catch {
    results.push({ name: 'data', ok: false, detail: `${folder} is not writable` });
  }
  try {
    const response = await fetch(`${config.upstream.url.replace(/\/$/, '')}/ingest/v1/logs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${config.token}` },
      body: '',
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    results.push({
      name: 'upstream',
      ok: response.ok,
      detail: response.ok ? 'the server takes the token' : `${response.status} ${text.slice(0, 200)}`,
    });
  } catch (error) {
    const reason =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
    results.push({ name: 'upstream', ok: false, detail: `${config.upstream.url}: ${reason}` });
  }
  return results;
}
