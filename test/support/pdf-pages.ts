/** Pages of a PDF as pixels and as text, by poppler. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './programs.ts';

export const PDFTOPPM = findProgram('pdftoppm');
export const PDFTOTEXT = findProgram('pdftotext');

export interface PageImage {
  readonly width: number;
  readonly height: number;
  /** RGB, three bytes a pixel. */
  readonly pixels: Buffer;
}

export function pdfPages(pdf: Uint8Array, dpi = 72): PageImage[] {
  return inFolder(pdf, (dir, file) => {
    execFileSync(PDFTOPPM ?? 'pdftoppm', ['-r', String(dpi), file, join(dir, 'page')]);
    return readdirSync(dir)
      .filter((name) => name.endsWith('.ppm'))
      .toSorted()
      .map((name) => parsePpm(readFileSync(join(dir, name))));
  });
}

export function pdfText(pdf: Uint8Array): string {
  return inFolder(pdf, (_, file) =>
    execFileSync(PDFTOTEXT ?? 'pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }),
  );
}

function inFolder<T>(pdf: Uint8Array, work: (dir: string, file: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'pdf-'));
  try {
    const file = join(dir, 'in.pdf');
    writeFileSync(file, pdf);
    return work(dir, file);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function parsePpm(bytes: Buffer): PageImage {
  const match = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 40).toString('latin1'));
  if (match === null) throw new Error('not a PPM');
  return { width: Number(match[1]), height: Number(match[2]), pixels: bytes.subarray(match[0].length) };
}

/** A rectangle in parts of the page: [left, top, right, bottom], 0..1. */
export type Area = readonly [number, number, number, number];

function* pixelsOf(
  page: PageImage,
  [left, top, right, bottom]: Area,
): Generator<readonly [number, number, number, number]> {
  for (let y = Math.floor(top * page.height); y < Math.floor(bottom * page.height); y += 1)
    for (let x = Math.floor(left * page.width); x < Math.floor(right * page.width); x += 1) {
      const at = (y * page.width + x) * 3;
      yield [page.pixels[at]!, page.pixels[at + 1]!, page.pixels[at + 2]!, y];
    }
}

/** Share of pixels that are not white. */
export function ink(page: PageImage, area: Area = [0, 0, 1, 1]): number {
  let dark = 0;
  let all = 0;
  for (const [r, g, b] of pixelsOf(page, area)) {
    all += 1;
    if (r + g + b < 600) dark += 1;
  }
  return dark / all;
}

/** Share of red pixels. */
export function red(page: PageImage, area: Area = [0, 0, 1, 1]): number {
  let count = 0;
  let all = 0;
  for (const [r, g, b] of pixelsOf(page, area)) {
    all += 1;
    if (r > 150 && g < 90 && b < 90) count += 1;
  }
  return count / all;
}

/** Share of the page's height at which a row is red nearly all the way across the area: a red rule. */
export function redRule(page: PageImage, area: Area): number | undefined {
  const perRow = new Map<number, number>();
  for (const [r, g, b, y] of pixelsOf(page, area))
    if (r > 150 && g < 90 && b < 90) perRow.set(y, (perRow.get(y) ?? 0) + 1);
  const width = Math.floor(area[2] * page.width) - Math.floor(area[0] * page.width);
  for (const [y, count] of perRow) if (count > width * 0.97) return y / page.height;
  return undefined;
}
