import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lane } from './lanes.ts';

/** Lines per CPU-second of a program, by lane. */
type Rates = Readonly<Record<string, number>>;

const ROUNDS = 80;

interface Program {
  readonly name: string;
  readonly path: string;
  /** Writes the rule and the input into the folder and answers the arguments. */
  prepare(dir: string, lane: Lane, lines: readonly string[]): readonly string[];
}

const partsOf = (rule: string): string[] => rule.split(/\{(\w+)\}/);
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Our rule in patterndb's words: a hole runs to its delimiter; a delimiter cannot hold a colon, what follows is literal again. */
function patterndb(rule: string): string {
  const parts = partsOf(rule);
  let pattern = (parts[0] ?? '').replaceAll('@', '@@');
  for (let i = 1; i < parts.length; i += 2) {
    const name = parts[i] ?? '';
    const after = parts[i + 1] ?? '';
    const colon = after.search(/[:@]/);
    const delimiter = colon < 0 ? after : after.slice(0, colon);
    if (after === '') pattern += `@ANYSTRING:${name}@`;
    else if (delimiter === '') pattern += `@NUMBER:${name}@${after.replaceAll('@', '@@')}`;
    else pattern += `@ESTRING:${name}:${delimiter}@${after.slice(delimiter.length).replaceAll('@', '@@')}`;
  }
  return `<?xml version="1.0"?><patterndb version="4" pub_date="2026-11-22"><ruleset name="b" id="b"><pattern>bench</pattern><rules><rule provider="b" id="hit" class="b"><patterns><pattern>${escapeXml(pattern)}</pattern></patterns></rule></rules></ruleset></patterndb>`;
}

/** The same for liblognorm, the library behind rsyslog's mmnormalize. */
function liblognorm(rule: string): string {
  const parts = partsOf(rule);
  let out = 'version=2\nrule=:';
  for (let i = 0; i < parts.length; i += 2) {
    out += (parts[i] ?? '').replaceAll('%', '%%');
    const name = parts[i + 1];
    const after = parts[i + 2] ?? '';
    if (name === undefined) continue;
    out += after === '' ? `%${name}:rest%` : `%${name}:char-to{"extradata":${JSON.stringify(after.charAt(0))}}%`;
  }
  return `${out}\n`;
}

const programs: readonly Program[] = [
  {
    name: 'syslog-ng patterndb (pdbtool match)',
    path: '/usr/bin/pdbtool',
    prepare(dir, lane, lines) {
      const rules = join(dir, 'rules.xml');
      const input = join(dir, 'input.log');
      writeFileSync(rules, patterndb(lane.rule));
      writeFileSync(input, lines.map((line) => `Nov 22 10:11:12 h bench: ${line}\n`).join(''));
      return ['match', '-p', rules, '-f', input, '-T', '${.classifier.rule_id}\n'];
    },
  },
  {
    name: 'rsyslog mmnormalize (lognormalizer)',
    path: '/usr/bin/lognormalizer',
    prepare(dir, lane, lines) {
      const rules = join(dir, 'rules.rb');
      const input = join(dir, 'input.log');
      writeFileSync(rules, liblognorm(lane.rule));
      writeFileSync(input, lines.map((line) => `${line}\n`).join(''));
      return ['-c', `exec "$0" -r '${rules}' -e json < '${input}'`, '/usr/bin/lognormalizer'];
    },
  },
];

/** CPU seconds of one run, and how many lines came out as recognised. */
function run(program: Program, args: readonly string[]): { readonly seconds: number; readonly hits: number } {
  const shell = args[0] === '-c';
  const result = spawnSync(
    '/usr/bin/env',
    ['bash', '-c', 'TIMEFORMAT="%U %S"; time "$@"', '-', shell ? '/bin/bash' : program.path, ...args],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    },
  );
  const [user = 0, system = 0] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds: user + system, hits: result.stdout.split('hit\n').length - 1 };
}

/**
 * The programs administrators use for the same work, where they are installed: CPU time over many rounds of the lane, less that of
 * starting them. A program that does not recognise the lines is left out, not counted as fast.
 */
export function runNative(lanes: readonly Lane[], say: (text: string) => void): Readonly<Record<string, Rates>> {
  const results: Record<string, Rates> = {};
  for (const program of programs) {
    if (!existsSync(program.path)) {
      say(`${program.name}: not installed, left out`);
      continue;
    }
    const rates: Record<string, number> = {};
    for (const lane of lanes) {
      if (lane.rule === '{json}') continue;
      const dir = mkdtempSync(join(tmpdir(), 'xinglin-bench-'));
      try {
        const start = run(program, program.prepare(dir, lane, lane.lines.slice(0, 1)));
        const lines = Array.from({ length: ROUNDS }, () => lane.lines).flat();
        const whole = run(program, program.prepare(dir, lane, lines));
        const seconds = whole.seconds - start.seconds;
        const counted = program.path.endsWith('pdbtool') ? whole.hits : lines.length;
        if (seconds <= 0 || counted < lines.length)
          say(`${program.name}, ${lane.name}: ${counted} of ${lines.length} lines recognised, left out`);
        else rates[lane.name] = Math.round(lines.length / seconds);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }
    results[program.name] = rates;
  }
  return results;
}
