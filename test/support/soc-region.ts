/** A small region for tests: a province, a city commission with a county below it, three hospitals, and the people who act. */
import { systemActor } from '@xinglin/platform/access';
import type { Harness } from './soc-harness.ts';
import { person } from './soc-harness.ts';

export const PEOPLE = {
  province: person('supervisor', 'cn.gd'),
  city: person('supervisor', 'cn.gd.dg'),
  county: person('supervisor', 'cn.gd.dg.tx'),
  cityViewer: person('viewer', 'cn.gd.dg'),
  hospital1: person('officer', 'cn.gd.dg.h1'),
  hospital2: person('officer', 'cn.gd.dg.h2'),
  hospital3: person('officer', 'cn.gd.dg.tx.h3'),
  hospital1Viewer: person('viewer', 'cn.gd.dg.h1'),
  engineer: person('engineer', 'cn.gd.vendor', 'cn.gd.dg.h1'),
  neighbour: person('supervisor', 'cn.gd.sz'),
  auditor: { ...person('auditor', ''), scopes: [''] },
} as const;

export async function seedRegion({ state }: Harness): Promise<void> {
  await state.write(systemActor('test'), 'institution:write', async (tx, audit) => {
    const rows = [
      ['cn.gd', null, '广东省卫生健康委员会', '广东省卫健委', 'commission'],
      ['cn.gd.dg', 'cn.gd', '东莞市卫生健康局', '东莞市卫健局', 'commission'],
      ['cn.gd.sz', 'cn.gd', '深圳市卫生健康委员会', '深圳市卫健委', 'commission'],
      ['cn.gd.dg.tx', 'cn.gd.dg', '塘厦镇卫生健康办公室', '塘厦卫健办', 'commission'],
      ['cn.gd.dg.h1', 'cn.gd.dg', '东莞市第一人民医院', '市一院', 'hospital'],
      ['cn.gd.dg.h2', 'cn.gd.dg', '东莞市第二人民医院', '市二院', 'hospital'],
      ['cn.gd.dg.tx.h3', 'cn.gd.dg.tx', '东莞市塘厦医院', '塘厦医院', 'hospital'],
    ] as const;
    for (const [tenant, parent, name, short_name, kind] of rows)
      await tx
        .insertInto('soc_institution')
        .values({ tenant, parent, name, short_name, kind, longitude: null, latitude: null, beds: null })
        .execute();
    await audit({
      action: 'test.seed',
      tenant: 'cn.gd',
      objectType: 'institution',
      objectId: 'cn.gd',
      summary: 'seed',
    });
  });
}

interface AlertSeed {
  readonly id: string;
  readonly title: string;
  readonly level?: 'low' | 'medium' | 'high' | 'critical';
  readonly at?: string;
  readonly asset?: string;
  readonly remediation?: string;
  readonly tenant?: string;
}

/** An incident with alerts, an asset and indicators, as the respond step would leave it. */
export async function seedIncident(
  { state }: Harness,
  options: {
    id?: string;
    tenant?: string;
    grade?: 'general' | 'major';
    alerts?: readonly AlertSeed[];
    title?: string;
  } = {},
): Promise<string> {
  const { id = 'incident-1', tenant = 'cn.gd.dg.h1', grade = 'general', title = '勒索软件横向移动' } = options;
  const alerts = options.alerts ?? [
    {
      id: 'a1',
      title: '办公网主机大量访问 445 端口',
      level: 'high',
      at: '2026-11-22T18:05:00Z',
      asset: 'pc-1',
      remediation: '立即断开涉事终端网络，封禁 445 端口的跨区访问。',
    },
    {
      id: 'a2',
      title: '卷影副本被删除',
      level: 'critical',
      at: '2026-11-22T18:20:00Z',
      asset: 'pc-1',
      remediation: '核查备份是否完好，保全现场。',
    },
  ];
  await state.machine(async (tx) => {
    await tx
      .insertInto('soc_asset')
      .values({
        id: 'pc-1',
        tenant,
        name: '住院部护士站 03',
        kind: 'pc',
        ips: ['10.20.3.17'],
        system_id: null,
        zone_id: null,
        department: '心内科',
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await tx
      .insertInto('soc_incident')
      .values({
        id,
        number: `XA-2026-${id.padStart(6, '0')}`,
        tenant,
        title,
        category: '恶意程序/勒索软件',
        grade,
        assignee: null,
        verdict: null,
        merged_into: null,
        first_event_at: '2026-11-22T18:05:00Z',
        first_alert_at: '2026-11-22T18:05:30Z',
        entities: JSON.stringify([
          { type: 'ip', value: '10.20.3.17', role: 'source', count: 40 },
          { type: 'hash', value: '44d88612fea8a8f36de82e1278abb02f', role: 'object', count: 2 },
          { type: 'host', value: 'NURSE-03', role: 'source', count: 9 },
        ]),
        created_at: '2026-11-22T18:06:00Z',
      })
      .execute();
    for (const alert of alerts)
      await tx
        .insertInto('soc_alert')
        .values({
          id: alert.id,
          tenant: alert.tenant ?? tenant,
          kind: 'rule',
          rule_id: `rule-${alert.id}`,
          title: alert.title,
          title_zh: alert.title,
          level: alert.level ?? 'high',
          severity: 80,
          verdict: null,
          verdict_by: null,
          assignee: null,
          dedup_key: alert.id,
          count: 12,
          first_seen: alert.at ?? '2026-11-22T18:05:00Z',
          last_seen: alert.at ?? '2026-11-22T18:05:00Z',
          asset_id: alert.asset ?? null,
          system_id: null,
          remediation_zh: alert.remediation ?? '',
          suppressed_by: null,
          incident_id: id,
          created_at: alert.at ?? '2026-11-22T18:05:00Z',
        })
        .execute();
  });
  return id;
}
