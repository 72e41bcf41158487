import { describe, expect, it } from 'vitest';
import { createParser } from '@xinglin/parse';
import { findCorpus, readNdjson } from '../support/corpora.ts';

interface Parsed {
  readonly index: number;
  readonly success: boolean;
  readonly parser: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

interface Test {
  readonly source: string;
  readonly log_type: string;
  readonly logs: readonly string[];
  readonly parsed: readonly Parsed[];
}

const file = findCorpus('logs/crowdsec-hub.ndjson.gz');

describe.skipIf(file === undefined)('CrowdSec hub logs', () => {
  const tests = file === undefined ? [] : readNdjson<Test>(file);
  const parser = createParser();
  const ctx = { receivedAt: Date.UTC(2026, 0, 1), timezone: '+00:00' };

  it('no line throws or is lost', () => {
    let lines = 0;
    let unknown = 0;
    for (const test of tests) {
      for (const raw of test.logs) {
        const parsed = parser.parse(raw, ctx);
        lines++;
        if (parsed.confidence === 0) unknown++;
        expect(parsed.issues?.filter((issue) => issue.startsWith('parser.failed')) ?? []).toEqual([]);
        expect(parsed.fields['event.original']).toBe(raw.replace(/[\r\n\0]+$/, ''));
      }
    }
    console.log(`${lines} lines of ${tests.length} tests, ${unknown} in formats we do not know`);
    expect(lines).toBeGreaterThan(1000);
  });

  /** Their parser, their name of a fact, our field. */
  const facts: readonly (readonly [parser: RegExp, meta: string, fields: readonly string[]])[] = [
    [
      /\/(sshd|sshd-success|nginx|apache2|auditd|iptables|proxmox-iptables|cef|mysql|mariadb|supabase-docker-pgsql|pgsql|mssql-text|haproxy|mongodb)-logs$|pgsql$|^vsftpd-logs$/,
      'source_ip',
      ['source.ip'],
    ],
    [/\/(nginx|apache2)-logs$/, 'http_status', ['http.response.status_code']],
    [/\/(nginx|apache2)-logs$/, 'http_verb', ['http.request.method']],
    [/\/(nginx|apache2)-logs$/, 'http_user_agent', ['user_agent.original']],
    [/\/(nginx|apache2)-logs$/, 'http_path', ['url.original', 'url.path', 'http.request.raw']],
    [/\/sshd-logs$/, 'target_user', ['user.name']],
    [/\/(sshd-success|mysql|mariadb)-logs$|pgsql$|^vsftpd-logs$/, 'user', ['user.name']],
  ];

  it.each(facts)('%s: %s is %s on 97 %% of lines', (pattern, meta, wantedFields) => {
    let total = 0;
    const wrong: string[] = [];
    for (const test of tests) {
      // Their index counts the lines one stage accepted, so a value is looked for among all lines of its test.
      const ours = new Set(
        test.logs.flatMap((raw) => {
          const { fields } = parser.parse(raw, ctx);
          return wantedFields.map((field) => String(fields[field] ?? ''));
        }),
      );
      for (const parsed of test.parsed) {
        const wanted = parsed.meta[meta];
        // Without a verb it is no request but what a scanner sent instead of one; it stays whole in the original.
        if (meta === 'http_path' && parsed.meta['http_verb'] === undefined) continue;
        if (
          !parsed.success ||
          !pattern.test(parsed.parser) ||
          typeof wanted !== 'string' ||
          wanted === '' ||
          wanted === '-'
        )
          continue;
        total++;
        if (!ours.has(wanted)) wrong.push(`${test.source}: ${wanted}`);
      }
    }
    console.log(
      `${meta}: ${total - wrong.length} of ${total}${wrong.length > 0 ? `; not ${[...new Set(wrong)].slice(0, 8).join(' | ')}` : ''}`,
    );
    if (total > 0) expect(wrong.length / total, wrong.slice(0, 10).join('\n')).toBeLessThanOrEqual(0.03);
  });
});
