import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Corpora lie beside the repository (`../shared/corpora`) or at `$XINGLIN_CORPORA`; they are never part of it. Undefined, and a
 * printed reason, when the file is absent.
 */
export function findCorpus(path: string): string | undefined {
  const folders = [process.env.XINGLIN_CORPORA, resolve(import.meta.dirname, '../../../shared/corpora')];
  for (const folder of folders) {
    const file = folder === undefined ? undefined : join(folder, path);
    if (file !== undefined && existsSync(file)) return file;
  }
  console.log(`skipped: corpus ${path} is absent (set XINGLIN_CORPORA)`);
  return undefined;
}

/** The rows of an NDJSON file, gzipped or not. */
export function readNdjson<T>(file: string): T[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
