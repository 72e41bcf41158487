import { Problem } from '../problem.ts';
import { backtrackingOf, type Backtracking } from './backtracking.ts';
import { emitRegex } from './emit.ts';
import { linearMatcher } from './linear-matcher.ts';
import { parseRegex } from './parse-regex.ts';

export interface CompiledRegex {
  readonly test: (text: string) => boolean;
  readonly cost: number;
  readonly backtracking: Backtracking;
  /** `linear` when the pattern runs on our own matcher instead of the platform's. */
  readonly matcher: 'native' | 'linear';
}

const compiled = new Map<string, CompiledRegex>();
const MAX_COMPILED = 5000;

/**
 * Compiles a PCRE pattern (search, not full match). Patterns prone to backtracking get the linear matcher; one that needs
 * features the linear matcher lacks and could take exponential time is refused. Throws a Problem.
 */
export function compileRegex(source: string, flags: string): CompiledRegex {
  const name = `${flags}/${source}`;
  let regex = compiled.get(name);
  if (regex === undefined) {
    regex = compile(source, flags);
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(name, regex);
  }
  return regex;
}

function compile(source: string, flags: string): CompiledRegex {
  const parsed = parseRegex(source, flags);
  const backtracking = backtrackingOf(parsed);
  if (backtracking !== 'fine') {
    const linear = linearMatcher(parsed);
    if (linear !== undefined) return { test: linear, cost: 80, backtracking, matcher: 'linear' };
    if (backtracking === 'exponential') {
      throw new Problem('regex.redos', 'The regular expression can take exponential time.', {
        remedy:
          'Avoid repetitions inside repetitions, or drop look-around and references so that it runs in linear time.',
      });
    }
  }
  const emitted = emitRegex(parsed);
  try {
    const regex = new RegExp(emitted.source, emitted.flags);
    return { test: (text) => regex.test(text), cost: 40, backtracking, matcher: 'native' };
  } catch (error) {
    throw new Problem('regex.unsupported', `The regular expression cannot be compiled: ${String(error)}`);
  }
}
