import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { uiTexts } from '../../platform/ui/texts.ts';
import { guardWords } from '../../areas/antiscalp/console/texts/guard.ts';
import { slotWords } from '../../areas/antiscalp/console/texts/slots.ts';
import { commonTexts } from '../../areas/soc/console/texts/common.ts';
import { engineTexts } from '../../areas/soc/console/texts/engine.ts';
import { incidentTexts } from '../../areas/soc/console/texts/incident.ts';
import { noticeTexts } from '../../areas/soc/console/texts/notice.ts';
import { registerTexts } from '../../areas/soc/console/texts/register.ts';
import { respondTexts } from '../../areas/soc/console/texts/respond.ts';
import { screenTexts } from '../../areas/soc/console/texts/screen.ts';
import { searchTexts } from '../../areas/soc/console/texts/search.ts';
import { platformTexts } from './pages/texts.ts';
import { shellTexts } from './shell/texts.ts';

const catalogues = {
  uiTexts,
  commonTexts,
  engineTexts,
  incidentTexts,
  noticeTexts,
  registerTexts,
  respondTexts,
  screenTexts,
  searchTexts,
  platformTexts,
  shellTexts,
  guardWords,
  slotWords,
};
const all = new Map(Object.values(catalogues).flatMap((texts) => Object.entries(texts)));
const ROOT = resolve(import.meta.dirname, '../..');

function sources(dir: string): string[] {
  return readdirSync(join(ROOT, dir), { withFileTypes: true, recursive: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        /\.tsx?$/.test(entry.name) &&
        !/\.test\.tsx?$/.test(entry.name) &&
        !/texts?(\.ts|\/)/.test(join(entry.parentPath, entry.name).slice(ROOT.length)) &&
        !/node_modules|\/dist/.test(entry.parentPath),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

const files = [
  ...sources('apps/console'),
  ...sources('platform/ui'),
  ...sources('areas/soc/console'),
  ...sources('areas/antiscalp/console'),
];

describe('texts of the console', () => {
  test('every key that a page names has its text', () => {
    const missing = files.flatMap((file) => {
      const code = readFileSync(file, 'utf8');
      return [...code.matchAll(/\bt\('([\w.-]+)'/g), ...code.matchAll(/label: '(nav\.[\w.-]+)'/g)].flatMap((match) =>
        all.has(match[1] ?? '') ? [] : [`${file.slice(ROOT.length)}: ${match[1] ?? ''}`],
      );
    });
    expect(missing).toEqual([]);
  });

  test('every family of keys that a page builds has texts', () => {
    const families = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bt\(`([\w.-]+)\$\{/g)].map((match) => match[1] ?? ''),
    );
    expect(families.length).toBeGreaterThan(30);
    expect([...new Set(families)].filter((family) => ![...all.keys()].some((key) => key.startsWith(family)))).toEqual(
      [],
    );
  });

  test('no key is in two catalogues, and no text is empty in either language', () => {
    const keys = Object.values(catalogues).flatMap((texts) => Object.keys(texts));
    expect(keys.length).toBe(new Set(keys).size);
    for (const [key, [zh, en]] of all) expect([key, zh.length > 0, en.length > 0]).toEqual([key, true, true]);
  });

  test('both languages take the same parameters', () => {
    const names = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').toSorted();
    for (const [key, [zh, en]] of all) expect([key, names(en)]).toEqual([key, names(zh)]);
  });
});
