import { STAGE_ZH, furthestStage, stageOf } from './attack-stages.ts';

/** What an incident's title, category and severity are proposed from. */
export interface StoryAlert {
  readonly severity: number;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly title: string;
  readonly firstSeen: number;
  readonly kind: string;
}

/**
 * ATT&CK technique or tactic → category and sub-category of GB/T 20986-2023 (信息安全技术 网络安全事件分类分级指南), and how the title says it.
 * The longest technique id that matches wins.
 */
const BY_TECHNIQUE: Readonly<Record<string, readonly [category: string, phrase: string]>> = {
  T1486: ['恶意程序/勒索软件', '疑似勒索软件攻击'],
  T1490: ['恶意程序/勒索软件', '疑似勒索软件破坏备份与恢复'],
  T1485: ['数据安全/数据损失', '疑似数据破坏'],
  T1496: ['恶意程序/挖矿病毒', '疑似挖矿病毒'],
  T1566: ['网络攻击/网络钓鱼', '疑似钓鱼攻击'],
  T1204: ['网络攻击/网络钓鱼', '用户执行了可疑文件'],
  T1598: ['网络攻击/网络钓鱼', '疑似钓鱼探测'],
  T1110: ['网络攻击/凭据攻击', '疑似口令爆破'],
  'T1110.003': ['网络攻击/凭据攻击', '疑似口令喷洒'],
  T1078: ['网络攻击/凭据攻击', '疑似账号被盗用'],
  T1003: ['网络攻击/凭据攻击', '疑似凭据窃取'],
  T1558: ['网络攻击/凭据攻击', '疑似凭据窃取'],
  T1190: ['网络攻击/漏洞利用', '疑似漏洞利用攻击'],
  T1210: ['网络攻击/漏洞利用', '疑似利用漏洞横向移动'],
  T1505: ['网络攻击/后门植入', '疑似植入后门'],
  'T1505.003': ['网络攻击/后门植入', '疑似 WebShell'],
  T1543: ['网络攻击/后门植入', '疑似植入后门'],
  T1547: ['网络攻击/后门植入', '疑似植入后门'],
  T1053: ['网络攻击/后门植入', '疑似植入计划任务后门'],
  T1046: ['网络攻击/网络扫描探测', '网络扫描探测'],
  T1595: ['网络攻击/网络扫描探测', '网络扫描探测'],
  T1018: ['网络攻击/网络扫描探测', '内网探测'],
  T1498: ['网络攻击/拒绝服务', '疑似拒绝服务攻击'],
  T1499: ['网络攻击/拒绝服务', '疑似拒绝服务攻击'],
  T1491: ['网络攻击/网页篡改', '疑似网页篡改'],
  T1565: ['数据安全/数据篡改', '疑似数据篡改'],
  T1195: ['网络攻击/供应链攻击', '疑似供应链攻击'],
  T1021: ['网络攻击/失陷主机', '疑似内网横向移动'],
  T1570: ['网络攻击/失陷主机', '疑似内网横向移动'],
  T1071: ['网络攻击/失陷主机', '疑似主机失陷外联'],
  T1571: ['网络攻击/失陷主机', '疑似主机失陷外联'],
  T1568: ['网络攻击/失陷主机', '疑似主机失陷外联'],
  T1041: ['数据安全/数据窃取', '疑似数据外传'],
  T1048: ['数据安全/数据窃取', '疑似数据外传'],
  T1567: ['数据安全/数据窃取', '疑似数据外传'],
  T1052: ['数据安全/数据窃取', '疑似移动介质拷贝数据'],
  T1005: ['数据安全/数据窃取', '疑似批量获取数据'],
  T1213: ['数据安全/数据窃取', '疑似违规批量查询（统方）'],
  T1530: ['数据安全/数据窃取', '疑似批量获取数据'],
  T1562: ['网络攻击/失陷主机', '安全措施被停用'],
  T1070: ['网络攻击/失陷主机', '日志被清除'],
};

const BY_TACTIC: Readonly<Record<string, readonly [category: string, phrase: string]>> = {
  reconnaissance: ['网络攻击/网络扫描探测', '网络扫描探测'],
  'initial-access': ['网络攻击/漏洞利用', '疑似入侵尝试'],
  execution: ['恶意程序/其他', '疑似执行恶意程序'],
  persistence: ['网络攻击/后门植入', '疑似植入后门'],
  'privilege-escalation': ['网络攻击/漏洞利用', '疑似提权'],
  'defense-evasion': ['网络攻击/失陷主机', '疑似规避安全措施'],
  'credential-access': ['网络攻击/凭据攻击', '疑似凭据攻击'],
  discovery: ['网络攻击/网络扫描探测', '内网探测'],
  'lateral-movement': ['网络攻击/失陷主机', '疑似内网横向移动'],
  collection: ['数据安全/数据窃取', '疑似批量获取数据'],
  'command-and-control': ['网络攻击/失陷主机', '疑似主机失陷外联'],
  exfiltration: ['数据安全/数据窃取', '疑似数据外传'],
  impact: ['网络攻击/其他', '疑似破坏行为'],
};

export interface Proposal {
  readonly title: string;
  /** `大类/子类`, GB/T 20986-2023. */
  readonly category: string;
}

/** Named after the worst alert; between equals, the one furthest along the attack. `place` is the asset, host or address it is about. */
export function proposeTitle(
  alerts: readonly StoryAlert[],
  tactics: readonly string[],
  institution: string,
  place: string,
): Proposal {
  const worst = alerts.toSorted(
    (a, b) =>
      b.severity - a.severity || furthestStage(b.tactics) - furthestStage(a.tactics) || a.firstSeen - b.firstSeen,
  )[0];
  const [category, phrase] = worst === undefined ? ['其他', '安全事件'] : classify(worst);
  const chain = tactics.map((tactic) => STAGE_ZH[tactic] ?? tactic);
  const story = chain.length > 1 ? `（${chain.slice(0, 5).join('→')}${chain.length > 5 ? '…' : ''}）` : '';
  return { title: `${institution}${place === '' ? '' : ` ${place}`}：${phrase}${story}`.slice(0, 200), category };
}

function classify(alert: StoryAlert): readonly [string, string] {
  const byTechnique = alert.techniques
    .flatMap((id) => [id, id.split('.')[0] ?? id])
    .filter((id) => id in BY_TECHNIQUE)
    .toSorted((a, b) => b.length - a.length)[0];
  if (byTechnique !== undefined) return BY_TECHNIQUE[byTechnique] ?? ['其他', alert.title];
  const tactic = alert.tactics.toSorted((a, b) => stageOf(b) - stageOf(a))[0];
  if (alert.kind === 'intel') return ['网络攻击/失陷主机', '疑似主机与恶意地址通信'];
  return BY_TACTIC[tactic?.replaceAll('_', '-') ?? ''] ?? ['异常行为/其他', alert.title];
}

/** Tactics in order of first sight; two seen at the same moment in order of the chain. */
export function tacticsInOrder(alerts: readonly Pick<StoryAlert, 'tactics' | 'firstSeen'>[]): string[] {
  const seen = new Map<string, number>();
  for (const alert of alerts) {
    for (const tactic of alert.tactics) {
      const name = tactic.toLowerCase().replaceAll('_', '-');
      seen.set(name, Math.min(seen.get(name) ?? Number.POSITIVE_INFINITY, alert.firstSeen));
    }
  }
  return [...seen.entries()].toSorted((a, b) => a[1] - b[1] || stageOf(a[0]) - stageOf(b[0])).map(([name]) => name);
}

/** 0..100: the worst alert, + 3 for each further tactic, + 2 for each further machine, these together at most 15. */
export function incidentSeverity(worst: number, tactics: number, machines: number): number {
  return Math.min(100, worst + Math.min(15, 3 * Math.max(0, tactics - 1) + 2 * Math.max(0, machines - 1)));
}
