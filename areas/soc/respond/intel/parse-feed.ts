import { XinglinError } from '@xinglin/platform/kernel';
import { parseCsv } from './csv.ts';
import type { Parsed } from './indicator.ts';
import { parseMisp } from './misp.ts';
import { parsePlainList } from './plain-list.ts';
import { parseStix } from './stix.ts';
import '../errors.ts';

export const FEED_FORMATS = ['auto', 'stix', 'misp', 'csv', 'list'] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];

/** Reads a feed of any known format; `auto` looks at the text. Throws `soc.intel_format` when it is not what was said. */
export function parseFeed(
  text: string,
  format: FeedFormat,
  now: Date,
): Parsed & { readonly format: Exclude<FeedFormat, 'auto'> } {
  const actual = format === 'auto' ? detectFormat(text) : format;
  try {
    if (actual === 'stix') return { ...parseStix(JSON.parse(text), now), format: actual };
    if (actual === 'misp') return { ...parseMisp(JSON.parse(text)), format: actual };
    return { ...(actual === 'csv' ? parseCsv(text) : parsePlainList(text)), format: actual };
  } catch (error) {
    throw new XinglinError(
      'soc.intel_format',
      { format: actual, reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}

export function detectFormat(text: string): Exclude<FeedFormat, 'auto'> {
  const head = text.replace(/^\uFEFF/, '').trimStart();
  if (head.startsWith('{') || (head.startsWith('[') && /^\[\s*[{\]]/.test(head))) {
    return /"(Event|response|Attribute)"\s*:/.test(head.slice(0, 200_000)) &&
      !/"spec_version"|"type"\s*:\s*"(bundle|indicator)"/.test(head.slice(0, 2_000))
      ? 'misp'
      : 'stix';
  }
  const lines = head
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !/^\s*(#|;|\/\/)/.test(line))
    .slice(0, 20);
  const tabular = lines.filter((line) => /^[^\s,;\t]*[^\s,;\t"]*"?[,;\t]/.test(line)).length;
  return tabular > lines.length / 2 ? 'csv' : 'list';
}
