import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleSource } from '@xinglin/sigma';
import { parse, parseAllDocuments } from 'yaml';

export const RULES_DIR = join(import.meta.dirname, '../../content/rules');

/** One example of a rule: what arrives, and whether the rule must fire on it. */
export interface RuleCase {
  readonly name: string;
  readonly fires: boolean;
  /** A log line, or a JSON document. `{i}` is the number of the repetition from 0, `{p}` a port made of it. */
  readonly raw?: string;
  readonly object?: Readonly<Record<string, unknown>>;
  /** What enrichment would add (zones, asset kinds). */
  readonly with?: Readonly<Record<string, string>>;
  readonly repeat?: number;
  /** Seconds between repetitions. */
  readonly every?: number;
  readonly sequence?: readonly Omit<RuleCase, 'name' | 'fires' | 'sequence'>[];
}

export interface RuleFile {
  readonly group: string;
  readonly name: string;
  readonly sources: readonly RuleSource[];
  readonly cases: readonly RuleCase[];
}

export function readContentRules(): readonly RuleFile[] {
  return readdirSync(RULES_DIR, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const folder = join(RULES_DIR, entry.name);
      const files = readdirSync(folder);
      return files
        .filter((file) => file.endsWith('.yml') && !file.endsWith('.tests.yml'))
        .map((file) => {
          const name = file.slice(0, -4);
          const tests = `${name}.tests.yml`;
          const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'));
          return {
            group: entry.name,
            name,
            sources: [...documents].map((document, index) => ({
              file: `${entry.name}/${file}`,
              document: document.toJS() as unknown,
              index,
            })),
            cases: files.includes(tests)
              ? (parse(readFileSync(join(folder, tests), 'utf8')) as { cases: RuleCase[] }).cases
              : [],
          };
        });
    });
}
