/** What a baseline found, in words for the person who answers the alert. */
import type { Level } from '../../contract.ts';
import type { RuleInfo } from '../hit.ts';
import type { Rarity } from './first-seen.ts';
import type { FirstSeenKind, ObservedEvent } from './observed.ts';
import type { VolumeAnomaly } from './volume.ts';

export interface BaselineDetection<E extends ObservedEvent = ObservedEvent> {
  /** Stable, such as `baseline:first-seen-process`; its texts are in `baselineRules`. */
  readonly ruleId: string;
  readonly tenant: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly level: Level;
  /** What tells two of them apart, for deduplication: `{ 'process.name': 'x.exe' }`. */
  readonly group: Readonly<Record<string, string>>;
  readonly textZh: string;
  readonly text: string;
  readonly figures: Readonly<Record<string, number>>;
  /** The event that showed it; a volume has none. */
  readonly event: E | undefined;
}

interface Told extends Pick<
  RuleInfo,
  'title' | 'titleZh' | 'level' | 'techniques' | 'tactics' | 'remediation' | 'remediationZh' | 'groupBy'
> {
  readonly id: string;
}

const FIRST_SEEN: Readonly<Record<FirstSeenKind, Told>> = {
  process: {
    id: 'baseline:first-seen-process',
    title: 'Program never seen at this institution',
    titleZh: '本机构首次出现的程序',
    level: 'low',
    techniques: ['T1204'],
    tactics: ['execution'],
    remediation: 'Find out who installed it; when nobody knows it, keep a sample and scan the host.',
    remediationZh: '确认由谁安装；无人知晓时留存样本并查杀该主机。',
    groupBy: ['process.name'],
  },
  country: {
    id: 'baseline:first-seen-country',
    title: 'Login from a country never seen at this institution',
    titleZh: '本机构首次出现的登录国家或地区',
    level: 'medium',
    techniques: ['T1078'],
    tactics: ['initial-access'],
    remediation: 'Ask the owner of the account; when in doubt disable it and end its sessions.',
    remediationZh: '向账号本人核实；不能确认时停用账号并下线会话。',
    groupBy: ['source.geo.country_iso_code'],
  },
  'account-host': {
    id: 'baseline:first-seen-account-host',
    title: 'Account on a host where it has never been',
    titleZh: '账号首次登录该主机',
    level: 'low',
    techniques: ['T1078', 'T1021'],
    tactics: ['lateral-movement'],
    remediation: 'Check whether the person is meant to work there; look at other logins of the account.',
    remediationZh: '核实该人员是否应使用此主机；查看该账号的其他登录。',
    groupBy: ['user.name', 'host.name'],
  },
};

const VOLUME: Readonly<Record<VolumeAnomaly['direction'], Told>> = {
  up: {
    id: 'baseline:volume-up',
    title: 'Far more events than in this hour of other weeks',
    titleZh: '日志量远高于往周同一时段',
    level: 'medium',
    techniques: [],
    tactics: [],
    remediation: 'Look at the most frequent sources and actions of this hour.',
    remediationZh: '查看该时段出现最多的来源与行为。',
    groupBy: ['event.dataset'],
  },
  down: {
    id: 'baseline:volume-down',
    title: 'Far fewer events than in this hour of other weeks',
    titleZh: '日志量远低于往周同一时段',
    level: 'medium',
    techniques: ['T1562'],
    tactics: ['defense-evasion'],
    remediation: 'Check the source and its connection, and whether logging was switched off.',
    remediationZh: '检查数据源与链路，以及日志是否被关闭。',
    groupBy: ['event.dataset'],
  },
};

/** For the rule book: a baseline's detection is shown as one of these. */
export const baselineRules: readonly RuleInfo[] = [...Object.values(FIRST_SEEN), ...Object.values(VOLUME)].map(
  (told): RuleInfo => ({ ...told, version: '1', kind: 'correlation', fields: told.groupBy }),
);

export function detectionOfRarity<E extends ObservedEvent>(event: E, rarity: Rarity): BaselineDetection<E> {
  const { sighting, known, sightings, learningSince, toldToday, heldBack } = rarity;
  const told = FIRST_SEEN[sighting.kind];
  const days = Math.floor((event.ts - learningSince) / 86_400_000);
  const parts = sighting.kind === 'account-host' ? sighting.key.split('\u0000') : [sighting.key];
  return {
    ruleId: told.id,
    tenant: event.tenant,
    at: event.ts,
    level: told.level,
    group: Object.fromEntries(told.groupBy.map((field, index) => [field, parts[index] ?? ''])),
    textZh: `${told.titleZh}：${sighting.shown}。此前 ${days} 天内共见过 ${sightings} 次、${known} 个不同的值，从未出现它。今日第 ${toldToday} 个${heldBack > 0 ? `，另有 ${heldBack} 个因每日上限未告警` : ''}。`,
    text: `${told.title}: ${sighting.shown}. In ${days} days ${sightings} sightings of ${known} different values, never this one. Number ${toldToday} today${heldBack > 0 ? `; ${heldBack} more were held back by the daily limit` : ''}.`,
    figures: { days, sightings, known, toldToday, heldBack },
    event,
  };
}

export function detectionOfVolume<E extends ObservedEvent>(anomaly: VolumeAnomaly): BaselineDetection<E> {
  const { tenant, dataset, hour, count, median, deviations, direction, compared } = anomaly;
  const told = VOLUME[direction];
  const sigma = Math.abs(deviations).toFixed(1);
  return {
    ruleId: told.id,
    tenant,
    at: hour + 3_600_000 - 1,
    level: told.level,
    group: { 'event.dataset': dataset },
    textZh: `${told.titleZh}：${dataset} 在 ${new Date(hour).toISOString()} 起的一小时内有 ${count} 条，往周同一时段中位数为 ${Math.round(median)} 条，相差 ${sigma} 个稳健标准差（比较了 ${compared} 个小时）。`,
    text: `${told.title}: ${dataset} had ${count} events in the hour from ${new Date(hour).toISOString()}; the median of this hour in other weeks is ${Math.round(median)}, ${sigma} robust standard deviations away (${compared} hours compared).`,
    figures: { count, median, deviations, compared, hour },
    event: undefined,
  };
}
