/**
 * Checks (or with --write rewrites) the expectations in engines/parse/<folder>/samples.ndjson.
 * A sample may hold `raw` alone; --write fills in what the parser says now. Review the diff: the samples are the specification.
 *
 *   node --conditions=source scripts/parse-samples.ts [folder …] [--write]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { catalogue, createParser, type ParseContext } from '@xinglin/parse';

interface Sample {
  readonly raw: string | Readonly<Record<string, unknown>>;
  readonly context?: Partial<ParseContext>;
  readonly expected?: unknown;
}

const root = resolve(import.meta.dirname, '../engines/parse');
const folders = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const write = process.argv.includes('--write');
const parser = createParser();
let wrong = 0;

for (const path of new Set(catalogue.map((spec) => spec.samples))) {
  if (folders.length > 0 && !folders.some((folder) => path.startsWith(`${folder}/`))) continue;
  const file = join(root, path);
  const out = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const sample = JSON.parse(line) as Sample;
      const context: ParseContext = { receivedAt: Date.UTC(2026, 10, 22, 12), timezone: '+08:00', ...sample.context };
      const { raw } = sample;
      const { fields, ...rest } =
        typeof raw === 'string' ? parser.parse(raw, context) : parser.parseObject(raw, context);
      const { 'event.original': _original, ...kept } = fields;
      const expected = JSON.parse(JSON.stringify({ ...rest, fields: kept })) as unknown;
      if (!isDeepStrictEqual(expected, sample.expected)) {
        wrong++;
        if (!write) console.error(`${path}: ${JSON.stringify(raw).slice(0, 120)}\n  now ${JSON.stringify(expected)}`);
      }
      return JSON.stringify({ ...sample, expected });
    });
  if (write) writeFileSync(file, `${out.join('\n')}\n`);
}
console.log(write ? `${wrong} expectations rewritten` : `${wrong} samples differ`);
process.exitCode = write || wrong === 0 ? 0 : 1;
