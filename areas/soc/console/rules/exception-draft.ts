/** An exception prefilled from an alert: what of its event tells this case from others. */
import type { AlertDetail } from '@xinglin/soc';
import { matchedFields } from '../alerts/explanation.ts';

export const EXCEPTION_OPERATORS = ['equals', 'contains', 'startswith', 'endswith', 'cidr'] as const;

export interface DraftCondition {
  readonly field: string;
  readonly op: (typeof EXCEPTION_OPERATORS)[number];
  readonly values: readonly string[];
}

/** Who and where, rather than what: the rule already says what. */
const TELLING = [
  'user.name',
  'source.ip',
  'host.name',
  'process.executable',
  'process.name',
  'destination.ip',
  'url.original',
  'file.path',
];
const MOST = 2;

export function conditionsFrom(
  event: Readonly<Record<string, unknown>>,
  explanation: Readonly<Record<string, unknown>> = {},
): readonly DraftCondition[] {
  const condition = (field: string): DraftCondition[] => {
    const values = textsOf(event[field]);
    return values.length === 0 ? [] : [{ field, op: 'equals', values }];
  };
  const telling = TELLING.flatMap(condition).slice(0, MOST);
  return telling.length > 0 ? telling : [...matchedFields(explanation)].flatMap(condition).slice(0, 1);
}

export function draftFromAlert(alert: Pick<AlertDetail, 'tenant' | 'evidence' | 'explanation'>): {
  readonly tenant: string;
  readonly conditions: readonly DraftCondition[];
} {
  return { tenant: alert.tenant, conditions: conditionsFrom(alert.evidence[0]?.fields ?? {}, alert.explanation) };
}

function textsOf(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values
    .filter((one) => ['string', 'number', 'boolean'].includes(typeof one) && one !== '')
    .map((one) => String(one as string | number | boolean))
    .slice(0, 5);
}
