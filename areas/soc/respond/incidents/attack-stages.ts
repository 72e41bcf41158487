/** ATT&CK Enterprise tactics in the order an intrusion usually takes them. */
export const STAGES = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
] as const;

export const STAGE_ZH: Readonly<Record<string, string>> = {
  reconnaissance: '侦察',
  'resource-development': '资源准备',
  'initial-access': '初始访问',
  execution: '执行',
  persistence: '持久化',
  'privilege-escalation': '提权',
  'defense-evasion': '防御规避',
  'credential-access': '凭据访问',
  discovery: '发现',
  'lateral-movement': '横向移动',
  collection: '数据收集',
  'command-and-control': '命令与控制',
  exfiltration: '数据外传',
  impact: '破坏影响',
};

/** Position in the chain, -1 for a name that is no tactic. Rules write both `lateral-movement` and `lateral_movement`. */
export function stageOf(tactic: string): number {
  return (STAGES as readonly string[]).indexOf(tactic.toLowerCase().replaceAll('_', '-'));
}

export function furthestStage(tactics: readonly string[]): number {
  return tactics.reduce((most, tactic) => Math.max(most, stageOf(tactic)), -1);
}
