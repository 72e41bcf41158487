import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { RuleSource } from '@xinglin/sigma';
import { CORE_SCHEMA, loadAll } from 'js-yaml';

/** The text files of a gzipped tar archive, path → content. */
export function readTarGz(file: string): Map<string, string> {
  const tar = gunzipSync(readFileSync(file));
  const files = new Map<string, string>();
  let longName: string | undefined;
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const field = (from: number, length: number): string => {
      const text = tar.toString('utf8', at + from, at + from + length);
      const end = text.indexOf('\0');
      return end < 0 ? text : text.slice(0, end);
    };
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const kind = field(156, 1);
    const body = tar.toString('utf8', at + 512, at + 512 + size);
    const prefix = field(345, 155);
    if (kind === 'L') longName = body.replace(/\0+$/, '');
    else {
      const name = longName ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`);
      if (kind === '0' || kind === '') files.set(name.replace(/^\.\//, ''), body);
      longName = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** The YAML documents of the rules in SigmaHQ's archive, by folder (`rules`, `rules-emerging-threats`, …). */
export function readRuleArchive(file: string, folders: (folder: string) => boolean): RuleSource[] {
  const sources: RuleSource[] = [];
  for (const [path, text] of readTarGz(file)) {
    const folder = path.slice(0, path.indexOf('/'));
    if (!path.endsWith('.yml') || !folder.startsWith('rules') || !folders(folder)) continue;
    loadAll(text, { schema: CORE_SCHEMA }).forEach((document, index) => {
      sources.push({ file: path, document, index });
    });
  }
  return sources;
}
