import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lane } from './lanes.ts';

const motif = (name: string, after: string): string =>
  after === '' ? `%${name}:rest%` : `%${name}:char-to{"extradata":${JSON.stringify(after.charAt(0))}}%`;

/** Our rule in liblognorm's words: each hole runs to the first character of the literal behind it. */
function liblognorm(rule: string): string {
  const parts = rule.split(/\{(\w+)\}/);
  let out = 'version=2\nrule=:';
  for (let i = 0; i < parts.length; i += 2) {
    out += (parts[i] ?? '').replaceAll('%', '%%');
    const name = parts[i + 1];
    if (name !== undefined) out += motif(name, parts[i + 2] ?? '');
  }
  return `${out}\n`;
}

/**
 * CPU time of liblognorm (the library behind mmnormalize) over the lanes, by its command `lognormalizer`. Undefined with a remark where
 * the program is not installed.
 */
export function runRsyslog(lanes: readonly Lane[]): Readonly<Record<string, number>> | undefined {
  const program = ['/usr/bin/lognormalizer', '/usr/lib/lognorm/lognormalizer'].find((path) => existsSync(path));
  if (program === undefined) {
    console.error('rsyslog: lognormalizer (liblognorm-utils) is not installed; this baseline is left out');
    return undefined;
  }
  const dir = mkdtempSync(join(tmpdir(), 'xinglin-bench-'));
  const results: Record<string, number> = {};
  try {
    for (const lane of lanes) {
      if (lane.rule === '{json}') continue;
      const rulebase = join(dir, 'rules.rb');
      writeFileSync(rulebase, liblognorm(lane.rule));
      const rounds = 100;
      const input = `${lane.lines.join('\n')}\n`.repeat(rounds);
      const run = spawnSync('/usr/bin/env', ['time', '-f', '%U %S', program, '-r', rulebase, '-e', 'json'], {
        input,
        maxBuffer: 1 << 30,
        encoding: 'utf8',
      });
      const [user = 0, system = 0] = (run.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
      if (user + system > 0) results[lane.name] = Math.round((lane.lines.length * rounds) / (user + system));
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return results;
}
