/** Rules of others made ours to run, with their licence and author kept in every rule. */
import { compile } from '@xinglin/sigma';
import { isMap, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import type { TextFile } from './offline-archive.ts';
import { parseRuleFiles, readRuleFiles } from './offline-rules.ts';
import type { LeftOut, LoadedRules } from './offline-rules.ts';

export interface ImportedRule {
  /** Path under the source. */
  readonly path: string;
  /** The text with licence and author in every document. */
  readonly text: string;
  /** Ids of what the file holds. */
  readonly ids: readonly string[];
  readonly authors: readonly string[];
}

export interface RuleImport {
  readonly rules: readonly ImportedRule[];
  /** SPDX id or name; undefined when none is known. */
  readonly licence: string | undefined;
  readonly licenceFiles: readonly TextFile[];
  readonly loaded: Omit<LoadedRules, 'licences'>;
  readonly leftOut: readonly LeftOut[];
  /** Files with rules that name no author. */
  readonly withoutAuthor: readonly string[];
}

const LICENCES: readonly (readonly [RegExp, string])[] = [
  [/Detection Rule License/i, 'DRL-1.1'],
  [/Apache License,?\s+Version 2\.0/i, 'Apache-2.0'],
  [/\bMIT License\b|Permission is hereby granted, free of charge/i, 'MIT'],
  [/CC0 1\.0|public domain/i, 'CC0-1.0'],
  [/GNU AFFERO GENERAL PUBLIC LICENSE/i, 'AGPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3/i, 'GPL-3.0'],
];

/** SigmaHQ's rules are under the Detection Rule License 1.1, which asks that the author travels with the rule. */
const SIGMAHQ = 'DRL-1.1';

export async function importRules(source: string, options: { readonly licence?: string } = {}): Promise<RuleImport> {
  const { files, licences, leftOut } = await readRuleFiles([source]);
  const isSigmaHq = leftOut.some(({ file }) => file.endsWith('tests/thor.yml'));
  const licence = options.licence ?? licenceOf(licences) ?? (isSigmaHq ? SIGMAHQ : undefined);
  const parsed = parseRuleFiles(files, leftOut);
  const loaded = {
    ...parsed,
    issues: [...parsed.issues, ...compile(parsed.rules, { filters: parsed.filters }).issues],
  };
  const usable = new Set(loaded.files);
  const rules = files.filter(({ path }) => usable.has(path)).map((file) => withOrigin(file, licence));
  return {
    rules,
    licence,
    licenceFiles: licences,
    loaded,
    leftOut: loaded.leftOut,
    withoutAuthor: rules.filter(({ authors, ids }) => ids.length > 0 && authors.length === 0).map(({ path }) => path),
  };
}

function licenceOf(files: readonly TextFile[]): string | undefined {
  for (const { text } of files) {
    const found = LICENCES.find(([pattern]) => pattern.test(text));
    if (found !== undefined) return found[1];
  }
  return undefined;
}

/** Adds `license` to each document that has none, before its `detection`; everything else stays as its author wrote it. */
export function withOrigin(file: TextFile, licence: string | undefined): ImportedRule {
  const ids: string[] = [];
  const authors = new Set<string>();
  const places: number[] = [];
  const documents: Document[] = [...parseAllDocuments(file.text, { logLevel: 'silent', uniqueKeys: false })];
  for (const { contents } of documents) {
    if (!isMap(contents)) continue;
    const id = contents.get('id');
    const author = contents.get('author');
    if (typeof id === 'string') ids.push(id);
    if (typeof author === 'string') authors.add(author);
    const place = contents.items.find(({ key }) =>
      ['detection', 'correlation', 'filter', 'logsource'].includes(String(key)),
    );
    const start = (place?.key as { range?: readonly number[] } | undefined)?.range?.[0];
    if (!contents.has('license') && start !== undefined && contents.flow !== true) places.push(start);
  }
  let text = file.text;
  if (licence !== undefined)
    for (const at of places.toReversed()) text = `${text.slice(0, at)}license: ${licence}\n${text.slice(at)}`;
  return { path: file.path, text, ids, authors: [...authors] };
}
