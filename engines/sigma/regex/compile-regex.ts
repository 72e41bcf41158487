import { Problem } from '../problem.ts';

export interface CompiledRegex {
  readonly test: (text: string) => boolean;
  readonly cost: number;
}

/** Compiles a PCRE pattern (search, not full match). Throws a Problem when JavaScript cannot express it. */
export function compileRegex(source: string, flags: string): CompiledRegex {
  let body = source;
  let all = flags;
  const leading = /^\(\?([imsx]+)\)/.exec(body);
  if (leading !== null) {
    all += leading[1];
    body = body.slice(leading[0].length);
  }
  try {
    const regex = new RegExp(body, [...new Set(all)].filter((flag) => 'ims'.includes(flag)).join(''));
    return { test: (text) => regex.test(text), cost: 40 };
  } catch (error) {
    throw new Problem('regex.invalid', `The regular expression cannot be compiled: ${String(error)}`);
  }
}
