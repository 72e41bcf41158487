import { randomInt } from 'node:crypto';
import { COMMON_PASSWORDS } from './common-passwords.ts';

export interface PolicyContext {
  readonly minLength: number;
  readonly username: string;
  readonly name?: string;
}

/** One broken rule in both languages. */
export interface PolicyProblem {
  readonly zh: string;
  readonly en: string;
}

const MAX_LENGTH = 128;

/**
 * What is wrong with a password; empty when it may be used. Length, three of four character classes (GB/T 22239-2019 8.1.4.1 asks for
 * complexity), not the user's name, not among the common ones even with letters swapped for digits, no long runs.
 */
export function passwordProblems(password: string, context: PolicyContext): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const length = Array.from(password).length;
  if (length < context.minLength)
    problems.push({ zh: `至少 ${context.minLength} 个字符`, en: `at least ${context.minLength} characters` });
  if (length > MAX_LENGTH) problems.push({ zh: `最多 ${MAX_LENGTH} 个字符`, en: `at most ${MAX_LENGTH} characters` });
  const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u].filter((kind) =>
    kind.test(password),
  ).length;
  if (classes < 3) {
    problems.push({
      zh: '须含大写、小写、数字、符号中的三种',
      en: 'three of upper case, lower case, digits and symbols',
    });
  }
  const lower = password.toLowerCase();
  const user = context.username.toLowerCase();
  const backwards = Array.from(user).toReversed().join('');
  if (user.length >= 3 && (lower.includes(user) || lower.includes(backwards))) {
    problems.push({ zh: '不得包含用户名', en: 'it must not contain the user name' });
  }
  if (isCommon(lower)) problems.push({ zh: '过于常见', en: 'it is too common' });
  if (/(.)\1{3,}/u.test(password))
    problems.push({ zh: '不得连续重复同一字符四次以上', en: 'no character four times in a row' });
  return problems;
}

/** The common list is matched after taking off digits and symbols at the ends and undoing the usual swaps (P@ssw0rd2026! → password). */
function isCommon(lower: string): boolean {
  const plain = undo(lower);
  const core = undo(lower.replace(/^[^a-z@$0]+|[^a-z]+$/g, ''));
  return [lower, plain, core].some((text) => COMMON_PASSWORDS.has(text));
}

function undo(text: string): string {
  const swaps: Record<string, string> = {
    '@': 'a',
    '4': 'a',
    '3': 'e',
    '1': 'i',
    '!': 'i',
    '0': 'o',
    $: 's',
    '5': 's',
    '7': 't',
  };
  return text.replace(/[@431!0$57]/g, (char) => swaps[char] ?? char);
}

const SETS = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '!#%+-=?@'] as const;

/** A random password that satisfies the policy and has no characters that look alike; 16 characters, about 93 bits. */
export function generatePassword(length = 16): string {
  const all = SETS.join('');
  const chars = SETS.map((set) => set[randomInt(set.length)] ?? '');
  while (chars.length < length) chars.push(all[randomInt(all.length)] ?? '');
  for (let i = chars.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [chars[i], chars[j]] = [chars[j] ?? '', chars[i] ?? ''];
  }
  const password = chars.join('');
  return /(.)\1{3,}/.test(password) ? generatePassword(length) : password;
}
