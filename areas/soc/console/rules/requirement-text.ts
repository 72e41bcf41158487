/** What a condition of a rule wants, in words: the engine's `endswith "\cmd.exe"` becomes 以 "\cmd.exe" 结尾. */
import type { RuleRequirement } from '@xinglin/soc';

export interface Wanted {
  /** Key below `rule.wants`, e.g. `endswith`; '' when the engine's text is shown as it is. */
  readonly verb: string;
  readonly value: string;
}

const VERBS = ['equals', 'contains', 'startswith', 'endswith', 're', 'cidr'] as const;

export function wantedOf(text: string): Wanted {
  if (text === 'null') return { verb: 'null', value: '' };
  if (text === 'exists') return { verb: 'exists', value: '' };
  if (text === 'does not exist') return { verb: 'absent', value: '' };
  const verb = VERBS.find((one) => text.startsWith(`${one} `));
  if (verb === undefined) return { verb: '', value: text };
  const rest = text.slice(verb.length + 1);
  const quoted = /^"(.*)"(?: \(case-sensitive\))?$/s.exec(rest)?.[1];
  return { verb, value: quoted ?? rest };
}

/** All values of a condition under one verb when they share it; otherwise each on its own. */
export function groupWanted(
  requirement: Pick<RuleRequirement, 'wanted'>,
): readonly { verb: string; values: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const text of requirement.wanted) {
    const { verb, value } = wantedOf(text);
    const known = groups.get(verb);
    if (known === undefined) groups.set(verb, [value]);
    else known.push(value);
  }
  return [...groups].map(([verb, values]) => ({ verb, values }));
}

/** Name of the selection a condition stands in: `detection.selection.Image|endswith` → `selection`. */
export function selectionOf(path: string): string {
  return path.split('.')[1] ?? '';
}

/** An event's value as people read it. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(shownValue).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** JSON lines become records, everything else stays a raw line. */
export function parseSamples(text: string): (string | Record<string, unknown>)[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return typeof value === 'object' && value !== null && !Array.isArray(value)
          ? (value as Record<string, unknown>)
          : line;
      } catch {
        return line;
      }
    });
}
