/**
 * Writes what can be read off the parsers into their READMEs: head, source of the format, fields in the samples, and the coverage table of
 * engines/parse/README.md. What people wrote between head and source stays.
 *
 *   node --conditions=source scripts/parse-docs.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { catalogue, type ParserSpec } from '@xinglin/parse';

const root = resolve(import.meta.dirname, '../engines/parse');
const check = process.argv.includes('--check');
let stale = 0;

/** Fields every event has; listing them again in each README would bury the others. */
const common =
  /^(@timestamp|event\.|related\.|host\.|observer\.|message$|log\.syslog\.|service\.type$|process\.(name|pid)$)/;

function put(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  stale++;
  if (check) console.error(`${file} is stale`);
  else writeFileSync(file, text);
}

function samplesOf(spec: ParserSpec): readonly { readonly expected: { readonly fields: object } }[] {
  return readFileSync(join(root, spec.samples), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly expected: { readonly fields: object } });
}

function notesOf(file: string): string {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8')
    .split('\n\n')
    .slice(1)
    .filter((part) => !/^(Datasets: |Format: |## Fields|Beside those|- `)/.test(part.trim()))
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n\n');
}

function fieldLines(keys: readonly string[]): string {
  const groups = Map.groupBy(keys, (key) => key.slice(0, Math.max(key.indexOf('.'), 0)) || key);
  return [...groups.values()]
    .map(collapse)
    .map((group) => `- ${group.map((key) => `\`${key}\``).join(', ')}`)
    .join('\n');
}

/** More than twenty keys of one kind say less than their common beginning. */
function collapse(keys: readonly string[]): readonly string[] {
  const kinds = Map.groupBy(keys, (key) => key.split('.').slice(0, 2).join('.'));
  return [...kinds].flatMap(([kind, group]) => (group.length > 20 ? [`${kind}.*`] : group));
}

const rows: string[] = [];
for (const spec of catalogue) {
  const folder = spec.samples.slice(0, spec.samples.indexOf('/'));
  const file = join(root, folder, 'README.md');
  const samples = samplesOf(spec);
  const keys = [...new Set(samples.flatMap((sample) => Object.keys(sample.expected.fields)))]
    .filter((key) => !common.test(key))
    .toSorted();
  const title = spec.product.startsWith(spec.vendor) ? spec.product : `${spec.vendor} ${spec.product}`;
  const datasets = [spec.dataset, ...(spec.datasets ?? [])].toSorted().map((name) => `\`${name}\``);
  const notes = notesOf(file);
  put(
    file,
    [
      `# ${title}`,
      `Datasets: ${datasets.join(', ')}. Formats: ${spec.formats.join(', ')}. ${samples.length} samples.`,
      ...(notes === '' ? [] : [notes]),
      `Format: ${spec.reference}. The samples are made: written by us in that form, no line of them comes from a real system.`,
      `## Fields in the samples\n\nBeside those every event has (\`@timestamp\`, \`event.*\`, \`related.*\`, \`host.*\` or \`observer.*\`, \`message\`):`,
      keys.length === 0 ? '- none' : fieldLines(keys),
    ].join('\n\n') + '\n',
  );
  rows.push(
    `| [${folder}](${folder}/README.md) | ${title} | ${spec.formats.join(', ').replaceAll('|', '\\|')} | ${datasets.join(', ')} | ${samples.length} |`,
  );
}
const readme = join(root, 'README.md');
const text = readFileSync(readme, 'utf8');
const begin = text.indexOf('## Coverage');
const end = text.indexOf('## Measured');
const table = [
  '## Coverage\n',
  '| folder | product | formats | datasets | samples |',
  '| --- | --- | --- | --- | --- |',
  ...rows.toSorted(),
  '\n',
];
put(
  readme,
  text.slice(0, begin).replace(/\b\d+ parsers\b/, `${catalogue.length} parsers`) + table.join('\n') + text.slice(end),
);
console.log(check ? `${stale} stale` : `${stale} written`);
process.exitCode = check && stale > 0 ? 1 : 0;
