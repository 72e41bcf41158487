import { Problem } from '../problem.ts';
import { emitRegex } from './emit.ts';
import { parseRegex } from './parse-regex.ts';

export interface CompiledRegex {
  readonly test: (text: string) => boolean;
  readonly cost: number;
}

/** Compiles a PCRE pattern (search, not full match). Throws a Problem when JavaScript cannot express it. */
export function compileRegex(source: string, flags: string): CompiledRegex {
  const parsed = parseRegex(source, flags);
  const emitted = emitRegex(parsed);
  try {
    const regex = new RegExp(emitted.source, emitted.flags);
    return { test: (text) => regex.test(text), cost: 40 };
  } catch (error) {
    throw new Problem('regex.unsupported', `The regular expression cannot be compiled: ${String(error)}`);
  }
}
