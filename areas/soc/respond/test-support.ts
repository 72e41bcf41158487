/** What this step's tests share: a real PGlite with the area's tables, a region of institutions, hits and actors. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROLE_PERMISSIONS } from '@xinglin/platform/access';
import type { Actor, Role } from '@xinglin/platform/access';
import type { Bus, Signal } from '@xinglin/platform/bus';
import { createMetrics, silentLog, testClock } from '@xinglin/platform/kernel';
import type { TestClock } from '@xinglin/platform/kernel';
import type { Notification, Notifier } from '@xinglin/platform/notify';
import { migrateState, openState } from '@xinglin/platform/state';
import type { OpenedState } from '@xinglin/platform/state';
import { sql } from 'kysely';
import type { Hit, RuleBook, RuleInfo } from '../detect/hit.ts';
import type {} from './tables.ts';

export const CITY = 'cn.gd.dongguan';
export const HOSPITAL_1 = `${CITY}.hospital-1`;
export const HOSPITAL_2 = `${CITY}.hospital-2`;

export interface TestBase {
  readonly state: OpenedState;
  readonly clock: TestClock;
  readonly bus: Bus;
  readonly signals: Signal[];
  readonly notifications: Notification[];
  readonly notify: Notifier;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly log: ReturnType<typeof silentLog>;
  readonly now: () => Date;
  readonly dataDir: string;
  close(): Promise<void>;
}

export const START = '2026-03-02T02:00:00.000Z';

export async function openTestBase(): Promise<TestBase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'xinglin-respond-'));
  const state = await openState({ dataDir });
  await migrateState(state, { area: 'soc', dir: new URL('../migrations/state/', import.meta.url) });
  const clock = testClock(START);
  const signals: Signal[] = [];
  const notifications: Notification[] = [];
  await seed(state);
  return {
    state,
    clock,
    signals,
    notifications,
    now: clock,
    dataDir,
    metrics: createMetrics(),
    log: silentLog(),
    bus: { publish: (signal) => void signals.push(signal), subscribe: () => () => {}, close: () => Promise.resolve() },
    notify: { send: (notification) => Promise.resolve(void notifications.push(notification)) },
    async close() {
      await state.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function seed(state: OpenedState): Promise<void> {
  await state.machine(async (tx) => {
    const institution = (
      tenant: string,
      parent: string | null,
      name: string,
      kind: 'commission' | 'hospital',
      importance: number,
    ) => ({
      tenant,
      parent,
      name,
      short_name: name.slice(0, 4),
      kind,
      importance,
      longitude: 113.7,
      latitude: 23,
      beds: null,
    });
    await tx
      .insertInto('soc_institution')
      .values([
        institution(CITY, null, '东莞市卫生健康局', 'commission', 5),
        institution(HOSPITAL_1, CITY, '第一人民医院', 'hospital', 5),
        institution(HOSPITAL_2, CITY, '第二人民医院', 'hospital', 3),
      ])
      .execute();
    await tx
      .insertInto('soc_system')
      .values({ id: 'sys-his', tenant: HOSPITAL_1, name: 'HIS', kind: 'HIS', importance: 5 })
      .execute();
    await tx
      .insertInto('soc_asset')
      .values([
        {
          id: 'asset-db',
          tenant: HOSPITAL_1,
          name: 'HIS 数据库',
          kind: 'server',
          ips: ['10.1.2.10'],
          hostnames: ['HIS-DB01'],
          importance: 4,
          system_id: 'sys-his',
          zone_id: null,
        },
        {
          id: 'asset-pc',
          tenant: HOSPITAL_1,
          name: '门诊工作站',
          kind: 'pc',
          ips: ['10.1.9.33'],
          hostnames: ['pc-33'],
          importance: 1,
          system_id: null,
          zone_id: null,
        },
      ])
      .execute();
  });
}

/** Empties what a test wrote; institutions and assets stay. */
export async function clearAlerts(state: OpenedState): Promise<void> {
  await sql`truncate soc_alert, soc_alert_ledger, soc_incident, soc_suppression, soc_indicator, soc_saved_search cascade`.execute(
    state.owner,
  );
}

export function actor(role: Role, scopes: readonly string[], id = `u-${role}`): Actor {
  return {
    kind: 'user',
    id,
    name: role,
    roles: [role],
    tenant: scopes[0] ?? '',
    scopes,
    permissions: new Set(ROLE_PERMISSIONS[role]),
  };
}

const RULES: readonly RuleInfo[] = [
  rule('r-brute', 'SSH brute force', 'SSH 口令爆破', 'medium', ['T1110.001'], ['credential-access'], ['event.action']),
  rule(
    'r-lateral',
    'SMB between hosts',
    'SMB 横向移动',
    'high',
    ['T1021.002'],
    ['lateral-movement'],
    ['destination.port'],
  ),
  rule('r-ransom', 'Mass encryption', '疑似勒索加密', 'critical', ['T1486'], ['impact'], ['file.path']),
  rule('r-export', 'HIS mass export', '夜间统方', 'high', ['T1213'], ['collection'], ['user.name']),
  rule('r-scan', 'Port scan', '端口扫描', 'low', ['T1046'], ['discovery'], ['destination.port']),
  {
    ...rule('c-spray', 'Password spraying', '口令喷洒', 'high', ['T1110.003'], ['credential-access'], []),
    kind: 'correlation',
    groupBy: ['source.ip'],
  },
];

function rule(
  id: string,
  title: string,
  titleZh: string,
  level: RuleInfo['level'],
  techniques: string[],
  tactics: string[],
  fields: string[],
): RuleInfo {
  return {
    id,
    title,
    titleZh,
    level,
    techniques,
    tactics,
    fields,
    kind: 'rule',
    groupBy: [],
    version: '2026-01-01+abc',
    remediation: 'Look into it.',
    remediationZh: '请核查。',
  };
}

export function testRules(): RuleBook {
  const byId = new Map(RULES.map((item) => [item.id, item]));
  return {
    get: (id) => byId.get(id),
    all: () => RULES,
    explain: (id, event) => ({
      rule: id,
      fields: Object.fromEntries((byId.get(id)?.fields ?? []).map((field) => [field, event[field] ?? null])),
    }),
  };
}

export function sshHit(over: Partial<Hit> & { seq: number }, event: Record<string, unknown> = {}): Hit {
  return {
    kind: 'rule',
    ruleId: 'r-brute',
    tenant: HOSPITAL_1,
    sourceId: 'src-1',
    batch: '1000',
    ts: Date.parse(START) + over.seq * 1000,
    event: {
      'event.category': 'authentication',
      'event.outcome': 'failure',
      'event.action': 'ssh_login',
      'source.ip': '203.0.113.9',
      'host.name': 'HIS-DB01',
      'user.name': 'root',
      'event.dataset': 'linux.auth',
      ...event,
    },
    ...over,
  };
}
