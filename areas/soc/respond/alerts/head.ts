import type { Hit } from '../../detect/hit.ts';
import type { Registers } from './build-draft.ts';
import { safeText } from './snapshot.ts';
import type { AlertHead } from './store.ts';

const TYPE_ZH: Readonly<Record<string, string>> = {
  ip: 'IP 地址',
  cidr: '网段',
  domain: '域名',
  url: '网址',
  md5: '文件哈希',
  sha1: '文件哈希',
  sha256: '文件哈希',
  sm3: '文件哈希',
};
const INTEL_REMEDIATION_ZH =
  '1. 核对命中字段与情报来源、置信度；2. 在边界设备封禁该指标；3. 隔离并查杀内部主机，排查同时段的其他外联；4. 误报请在“威胁情报”中删除该指标或加入白名单。';
const INTEL_REMEDIATION =
  '1. Check the matched field, the feed and its confidence. 2. Block the indicator at the perimeter. 3. Isolate and scan the inside host; look for other outbound connections of that time. 4. If wrong, delete the indicator or put it on the never-match list.';

/** The texts an alert carries. A rule that was deleted between detection and now keeps its id as title. */
export function headOf(hits: readonly Hit[], registers: Registers): AlertHead {
  const [hit] = hits;
  if (hit === undefined) throw new Error('headOf needs a hit');
  const base = { tenant: hit.tenant, kind: hit.kind, ruleId: hit.ruleId };
  if (hit.kind === 'intel') {
    const indicator = hit.indicatorId === undefined ? undefined : registers.indicators.get(hit.indicatorId);
    const value = safeText(indicator?.value ?? hit.indicatorValue ?? hit.indicatorId ?? '', 200);
    const label = indicator?.labels.length ? `(${indicator.labels.slice(0, 3).join(', ')})` : '';
    return {
      ...base,
      title: safeText(`Contact with malicious ${indicator?.type ?? 'indicator'} ${value} ${label}`.trim(), 300),
      titleZh: safeText(`命中威胁情报：${TYPE_ZH[indicator?.type ?? ''] ?? '指标'} ${value}${label}`, 300),
      techniques: [],
      tactics: ['command-and-control'],
      remediation: INTEL_REMEDIATION,
      remediationZh: INTEL_REMEDIATION_ZH,
    };
  }
  const rule = registers.rules.get(hit.ruleId, hit.tenant);
  return {
    ...base,
    title: safeText(rule?.title ?? hit.ruleId, 300),
    titleZh: safeText(rule?.titleZh ?? rule?.title ?? hit.ruleId, 300),
    techniques: rule?.techniques ?? [],
    tactics: rule?.tactics ?? [],
    remediation: rule?.remediation ?? '',
    remediationZh: rule?.remediationZh ?? '',
  };
}
