/** What the tests of rules share: the real state and event stores, the rules of content loaded, people of two hospitals and their commission. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvents } from '@xinglin/platform/events';
import type { OpenedEvents } from '@xinglin/platform/events';
import { openHarness } from '../../../test/support/soc-harness.ts';
import type { Harness } from '../../../test/support/soc-harness.ts';
import { createDetect } from './index.ts';
import type { Detect } from './index.ts';
import type { Hit } from './hit.ts';

export const CITY = 'cn.gd.city';
export const H1 = `${CITY}.h1`;
export const H2 = `${CITY}.h2`;
export const NOW = '2026-11-23T02:00:00.000Z';
export const RULE_ID = '00000000-0000-4000-8000-0000000000aa';

/** Three conditions: an export by night, not by the backup account. */
export const RULE = `title: Export by night
id: ${RULE_ID}
title_zh: 夜间导出
logsource: { product: his, service: audit }
detection:
  sel:
    event.action: export
    event.outcome: success
  filter:
    user.name: backup
  condition: sel and not filter
level: medium
tags: [attack.collection, attack.t1213]
`;

export interface RuleBase extends Harness {
  readonly events: OpenedEvents;
  readonly detect: Detect;
  readonly hits: Hit[];
  /** Stores events of `his.audit`; `minutes` before NOW. */
  store(rows: readonly StoredSample[]): Promise<void>;
}

export interface StoredSample {
  readonly tenant: string;
  readonly minutes: number;
  readonly action?: string;
  readonly outcome?: string;
  readonly user?: string;
  readonly rules?: readonly string[];
  readonly fields?: Readonly<Record<string, string>>;
}

export async function openRuleBase(): Promise<RuleBase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'xinglin-rules-'));
  const events = await openEvents({ dataDir });
  const harness = await openHarness({ start: NOW, events });
  const hits: Hit[] = [];
  const detect = createDetect(harness.platform, {
    sink: { accept: (more) => Promise.resolve(void hits.push(...more)) },
  });
  await harness.state.machine(async (tx) => {
    for (const [tenant, parent, name] of [
      [CITY, null, '市卫健委'],
      [H1, CITY, '第一医院'],
      [H2, CITY, '第二医院'],
    ] as const)
      await tx
        .insertInto('soc_institution')
        .values({
          tenant,
          parent,
          name,
          short_name: name,
          kind: 'hospital',
          longitude: null,
          latitude: null,
          beds: null,
        })
        .execute();
  });
  await detect.manager.refresh();
  harness.serve(detect.routes);
  let batch = 1000;
  return {
    ...harness,
    events,
    detect,
    hits,
    async store(rows) {
      batch += 1;
      const lines = rows.map(({ tenant, minutes, rules, fields, ...event }, seq) => {
        const ts = new Date(Date.parse(NOW) - minutes * 60_000).toISOString().replace('T', ' ').replace('Z', '');
        return JSON.stringify({
          tenant,
          ts,
          ingested: ts,
          batch: String(batch),
          seq,
          source: 'src',
          dataset: 'his.audit',
          message: `${event.user ?? 'someone'} ${event.action ?? 'export'}`,
          rules: rules ?? [],
          fields: fields ?? {},
          ...event,
        });
      });
      await events.insert({ token: `t${String(batch)}`, rows: rows.length, ndjson: Buffer.from(lines.join('\n')) });
    },
    async close() {
      await harness.close();
      await events.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
