import { recognise, shorten } from './indicator.ts';
import type { Parsed, ParsedIndicator, RowError } from './indicator.ts';

/**
 * One value a line, of any kind, defanged or not. `#`, `//` and `;` start a comment; a comment behind a value becomes its description.
 * Lines of hosts files (`0.0.0.0 bad.example`) and of lists with a port or a leading bullet are understood.
 */
export function parsePlainList(text: string): Parsed {
  const indicators: ParsedIndicator[] = [];
  const errors: RowError[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  for (const [index, line] of lines.entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || /^(#|;|\/\/|!)/.test(trimmed)) continue;
    const [, body = trimmed, comment = ''] = /^(\S.*?)(?:\s+(?:#|;|\/\/)\s*(.*))?$/.exec(trimmed) ?? [];
    const value = body.replace(/^[-*•]\s+/, '').replace(/^(?:0\.0\.0\.0|127\.0\.0\.1)\s+(?=\S)/, '');
    const found = recognise(value);
    if (found === undefined) {
      errors.push({ place: `line ${index + 1}`, text: shorten(trimmed), reason: 'unrecognised' });
      continue;
    }
    indicators.push({ ...found, labels: [], description: comment.trim(), origin: { line: index + 1 } });
  }
  return { indicators, errors };
}
