/**
 * A tiny stand-in for the API so that console components can be looked at before and without a server: made-up region, made-up alerts.
 * For component work only; the end-to-end tests run against the real server.
 * `node --conditions=source test/support/console-fixture.ts [port]`
 */
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { PERMISSIONS } from '@xinglin/platform/access';
import type { Alert, Incident, Institution, Overview } from '@xinglin/soc';

const DIST = join(import.meta.dirname, '../../apps/console/dist');
const NAMES = [
  '人民医院',
  '中医院',
  '妇幼保健院',
  '第二人民医院',
  '康复医院',
  '口腔医院',
  '社区卫生服务中心',
  '中西医结合医院',
];
const COUNTIES: readonly (readonly [string, string, number, number])[] = [
  ['yunhe', '云河区', 113.62, 23.1],
  ['qingshan', '青山县', 113.95, 23.3],
  ['linjiang', '临江县', 113.8, 22.82],
];
const LIGHTS = ['ok', 'ok', 'ok', 'watch', 'ok', 'danger', 'silent', 'ok'] as const;

function institution(
  tenant: string,
  parent: string | null,
  name: string,
  kind: Institution['kind'],
  longitude: number,
  latitude: number,
  index: number,
): Institution {
  const light = kind === 'commission' ? 'ok' : (LIGHTS[(index * 5) % LIGHTS.length] ?? 'ok');
  return {
    tenant,
    parent,
    name,
    shortName: name,
    kind,
    level: '三级甲等',
    importance: 1 + (index % 5),
    regionCode: '441900',
    uscc: '',
    address: '',
    longitude,
    latitude,
    beds: 300,
    contacts: [],
    state: {
      openAlerts: light === 'danger' ? 9 : light === 'watch' ? 3 : 0,
      criticalAlerts: light === 'danger' ? 2 : 0,
      openIncidents: light === 'danger' ? 1 : 0,
      openNotices: index % 3,
      overdueNotices: index % 7 === 0 ? 1 : 0,
      sources: 3,
      silentSources: 0,
      eventsLastHour: 4200,
      light,
    },
  };
}

const institutions: Institution[] = [
  institution('cn.gd.lin', null, '临川市卫生健康委', 'commission', 113.75, 23.05, 0),
];
for (const [slug, county, longitude, latitude] of COUNTIES) {
  institutions.push(
    institution(`cn.gd.lin.${slug}`, 'cn.gd.lin', `${county}卫健局`, 'commission', longitude, latitude, 0),
  );
  for (let index = 0; index < 8; index += 1)
    institutions.push(
      institution(
        `cn.gd.lin.${slug}.h${String(index)}`,
        `cn.gd.lin.${slug}`,
        `${county.slice(0, 2)}${NAMES[index] ?? ''}`,
        'hospital',
        longitude + 0.16 * Math.cos(index * 0.9 + longitude),
        latitude + 0.11 * Math.sin(index * 1.7 + latitude),
        index,
      ),
    );
}
const hospitals = institutions.filter((one) => one.kind === 'hospital');
const TITLES: readonly (readonly [string, Alert['level'], string])[] = [
  ['SMB 445 端口横向传播', 'critical', 'lateral-movement'],
  ['暴力破解后 SSH 登录成功', 'critical', 'credential-access'],
  ['夜间批量导出 HIS 处方数据(疑似统方)', 'high', 'collection'],
  ['挂号网站写入 WebShell', 'critical', 'persistence'],
  ['主机连接矿池地址', 'high', 'command-and-control'],
  ['钓鱼附件启动 PowerShell', 'medium', 'execution'],
  ['Windows 安全日志被清除', 'high', 'defense-evasion'],
  ['门户网站被扫描', 'low', 'reconnaissance'],
];

let serial = 0;
function alert(ageS: number): Alert {
  serial += 1;
  const [title, level, tactic] = TITLES[serial % TITLES.length] ?? ['', 'low', ''];
  const place = hospitals[(serial * 7) % hospitals.length];
  const at = new Date(Date.now() - ageS * 1000).toISOString();
  return {
    id: `al-${String(serial)}`,
    tenant: place?.tenant ?? 'cn',
    institution: place?.name ?? '',
    kind: 'rule',
    ruleId: `8f1c-${String(serial % 8)}`,
    title,
    titleZh: title,
    level,
    severity: { critical: 92, high: 74, medium: 55, low: 30, informational: 10 }[level],
    status: 'new',
    verdict: null,
    verdictReason: '',
    assignee: null,
    count: 1 + (serial % 90),
    firstSeen: at,
    lastSeen: at,
    createdAt: at,
    entities: [
      {
        type: 'ip',
        value:
          serial % 3 === 0
            ? `10.20.${String(serial % 30)}.17`
            : `45.137.${String(serial % 200)}.${String((serial * 13) % 250)}`,
        role: 'source',
        count: 4,
      },
      { type: 'host', value: `his-db-${String(serial % 4)}`, role: 'target' },
    ],
    techniques: ['T1110.001'],
    tactics: [tactic],
    asset: { id: 'a1', name: `his-db-${String(serial % 4)}`, kind: 'server', importance: 5, system: 'HIS' },
    incidentId: null,
    suppressedBy: null,
  };
}
let alerts = Array.from({ length: 40 }, (_, index) => alert(index * 190));

function incident(index: number): Incident {
  const place = hospitals[index * 5];
  const at = new Date(Date.now() - (index + 1) * 4_100_000).toISOString();
  return {
    id: `in-${String(index)}`,
    number: `XA-2026-00012${String(index)}`,
    tenant: place?.tenant ?? '',
    institution: place?.name ?? '',
    title:
      [
        '勒索软件经 SMB 横向传播,影响检验与影像系统',
        '供应商账号夜间批量导出处方',
        '挂号网站被植入 WebShell',
        'RDP 口令喷洒',
        '挖矿木马外联',
      ][index % 5] ?? '',
    category: '',
    grade: (['serious', 'major', 'general', 'general'] as const)[index % 4] ?? 'general',
    severity: 80,
    status: (['triage', 'new', 'contained', 'new'] as const)[index % 4] ?? 'new',
    verdict: null,
    assignee: index % 2 ? null : '王敏',
    conclusion: '',
    entities: [],
    tactics: ['initial-access', 'credential-access', 'lateral-movement', 'impact'].slice(0, 2 + (index % 3)),
    alertCount: 6 + index * 3,
    anchors: { firstEvent: at, firstAlert: at, firstLook: null, contained: null, closed: null },
    timeToDetect: 95,
    timeToRespond: null,
    lastAlertAt: at,
    createdAt: at,
  };
}

function overview(): Overview {
  const trend = Array.from({ length: 48 }, (_, index) => ({
    at: new Date(Date.now() - (47 - index) * 1_800_000).toISOString(),
    events: Math.round(42_000 + 30_000 * Math.sin(index / 6) + ((index * 7919) % 9000)),
    alerts: 3 + ((index * 31) % 14),
    critical: (index * 17) % 4,
  }));
  return {
    at: new Date().toISOString(),
    tenant: 'cn.gd.lin',
    name: '临川市卫生健康委',
    totals: {
      institutions: 28,
      sources: 71,
      silentSources: 2,
      eventsToday: 2_418_337 + serial * 91,
      eventsPerSecond: 312,
      alertsToday: 86 + serial,
      openAlerts: 64,
      criticalAlerts: 7,
      openIncidents: 6,
      openNotices: 9,
      overdueNotices: 2,
      mttdSeconds: 74,
      mttrSeconds: 9420,
      assets: 1860,
    },
    trend,
    byLevel: { critical: 7, high: 21, medium: 30, low: 40, informational: 8 },
    byTactic: [
      ['reconnaissance', 40],
      ['initial-access', 12],
      ['execution', 9],
      ['persistence', 5],
      ['credential-access', 31],
      ['discovery', 8],
      ['lateral-movement', 14],
      ['collection', 6],
      ['command-and-control', 11],
      ['exfiltration', 2],
      ['impact', 3],
    ].map(([tactic, count]) => ({ tactic: String(tactic), count: Number(count) })),
    topRules: TITLES.map(([title, level], index) => ({
      ruleId: `8f1c-${String(index)}`,
      titleZh: title,
      title,
      level,
      count: 88 - index * 9,
    })),
    topAttackers: [0, 1, 2, 3, 4, 5, 6].map((index) => ({
      ip: index === 3 ? '10.20.3.17' : `45.137.${String(21 + index)}.8`,
      count: 640 - index * 83,
      institutions: 5 - Math.min(4, index),
      internal: index === 3,
    })),
    topTargets: hospitals.slice(0, 6).map((place, index) => ({
      value: `10.1.${String(index)}.5`,
      name: ['HIS 数据库主机', '挂号网站', 'PACS 存储', 'LIS 服务器', '前置机', '域控制器'][index] ?? '',
      institution: place.name,
      count: 210 - index * 31,
    })),
    institutions,
    latestAlerts: alerts.slice(0, 30),
    openIncidents: [0, 1, 2, 3, 4].map(incident),
    noticesDue: hospitals.slice(0, 7).map((place, index) => ({
      id: `n${String(index)}`,
      number: `临卫网安通〔2026〕${String(index + 3)}号`,
      title:
        ['关于防范勒索软件攻击的预警通报', '关于供应商远程运维账号清理的通报', '关于挂号网站高危漏洞限期整改的通报'][
          index % 3
        ] ?? '',
      institution: place.name,
      status: (['pending', 'signed', 'answered', 'returned'] as const)[index % 4] ?? 'pending',
      deadline: new Date(Date.now() + (index - 2) * 40_000_000).toISOString(),
      overdue: index < 2,
    })),
    ranking: hospitals.map((place, index) => ({
      tenant: place.tenant,
      institution: place.name,
      score: 41 + index * 2.3,
      openAlerts: 9,
      overdueNotices: index % 4 === 0 ? 1 : 0,
      mttrSeconds: 3600 * (index + 1),
    })),
  };
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const listening = new Set<ServerResponse>();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://x');
  const json = (value: unknown, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (url.pathname === '/api/v1/session')
    return json({
      actor: {
        kind: 'user',
        id: 'u1',
        name: '王敏',
        roles: ['supervisor'],
        tenant: 'cn.gd.lin',
        scopes: ['cn.gd.lin'],
        permissions: PERMISSIONS,
      },
      csrf: 'x',
      user: { username: 'wangmin', email: '', phone: '', totp: false, lastLoginAt: null },
    });
  if (url.pathname === '/api/v1/overview') return json(overview());
  if (url.pathname === '/api/v1/institutions') return json({ items: institutions, total: institutions.length });
  if (url.pathname === '/api/v1/alerts') return json({ items: alerts, total: alerts.length });
  if (url.pathname.startsWith('/api/v1/alerts/'))
    return json({
      ...alerts[0],
      explanation: {
        kind: 'rule',
        rule: { version: 3, titleZh: alerts[0]?.titleZh },
        matched: {
          because: [
            { path: 'detection.selection.DestinationPort', key: 'destination.port', wanted: 'equals 445', value: 445 },
          ],
        },
      },
      remediation: '',
      remediationZh: '1. 立即断开源主机网络,保留现场;\n2. 在核心交换机上阻断科室间 445 端口;\n3. 核查备份是否完好。',
      evidence: [0, 1, 2].map((index) => ({
        id: `1-${String(index)}`,
        ts: new Date().toISOString(),
        tenant: 'cn',
        source: 's',
        dataset: 'cisco.asa',
        rules: [],
        fields: {
          'source.ip': '10.20.3.17',
          'destination.ip': '10.1.0.5',
          'destination.port': 445,
          'event.action': 'allowed',
          'host.name': 'fw-1',
        },
        message: '%ASA-6-302013: Built inbound TCP connection 10.20.3.17/50122 to 10.1.0.5/445',
        raw: '',
      })),
      related: alerts.slice(1, 4),
    });
  if (url.pathname === '/api/v1/incidents') return json({ items: [0, 1, 2, 3, 4].map(incident), total: 5 });
  if (url.pathname === '/api/v1/live') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: hello\ndata: {"resumed":false}\n\n');
    listening.add(response);
    request.on('close', () => listening.delete(response));
    return undefined;
  }
  if (url.pathname.startsWith('/api/')) return json({ code: 'request.not_found', message: '没有这个地址' }, 404);
  const file = extname(url.pathname) === '' ? 'index.html' : url.pathname;
  return readFile(join(DIST, file)).then(
    (bytes) => {
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(bytes);
    },
    () => json({ code: 'request.not_found', message: file }, 404),
  );
});
setInterval(() => {
  alerts = [alert(0), ...alerts].slice(0, 40);
  for (const one of listening) one.write(`event: alert.changed\ndata: {"tenant":"cn","data":{}}\n\n`);
}, 4000).unref();
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(server.address()));
