import { tokenize } from './tokens.ts';
import type { Dialect, Token } from './tokens.ts';

/**
 * The statement without its values: literals and bind variables become `?`, lists of them one `?`, comments and spaces go, bare words are lower case.
 * Two statements of one shape have one fingerprint, in any dialect.
 */
export function fingerprint(sql: string | readonly Token[], dialect?: Dialect): string {
  const tokens = typeof sql === 'string' ? tokenize(sql, dialect) : sql;
  const parts: string[] = [];
  for (const { kind, text } of tokens) {
    const value = kind === 'string' || kind === 'number' || kind === 'bytes' || kind === 'variable';
    if (!value) {
      parts.push(text);
      continue;
    }
    // `?, ?` is `?`: a list's length is no part of a shape.
    if (parts.at(-1) === ',' && parts.at(-2) === '?') parts.pop();
    else parts.push('?');
  }
  while (parts.at(-1) === ';') parts.pop();
  return parts.join(' ');
}
