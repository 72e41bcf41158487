import type { Level } from '../../contract.ts';

/**
 * Severity of an alert, 0..100 = level points × importance factor, rounded and capped.
 *
 * | level | informational | low | medium | high | critical |
 * |---|---|---|---|---|---|
 * | points | 10 | 30 | 50 | 75 | 95 |
 *
 * Importance 1..5 (the greater of the asset's and of the system it belongs to; 3 when no asset is known) gives the factor
 * 0.70, 0.85, 1.00, 1.15, 1.30. A threat-intelligence match counts 60 % of its points, and the other 40 % by the
 * indicator's confidence.
 */
export const LEVEL_POINTS: Readonly<Record<Level, number>> = {
  informational: 10,
  low: 30,
  medium: 50,
  high: 75,
  critical: 95,
};
export const DEFAULT_IMPORTANCE = 3;
export const LEVEL_ORDER: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

export interface SeverityParts {
  readonly severity: number;
  readonly level: Level;
  readonly points: number;
  readonly importance: number;
  readonly factor: number;
  /** 0..100, threat intelligence only. */
  readonly confidence?: number;
  /** The arithmetic as one line, for the explanation. */
  readonly formula: string;
}

export function severityOf(level: Level, importance: number | undefined, confidence?: number): SeverityParts {
  const points = LEVEL_POINTS[level];
  const grade = Math.min(5, Math.max(1, importance ?? DEFAULT_IMPORTANCE));
  const factor = Math.round((0.7 + 0.15 * (grade - 1)) * 100) / 100;
  const trust = confidence === undefined ? 1 : 0.6 + (0.4 * Math.min(100, Math.max(0, confidence))) / 100;
  const severity = Math.min(100, Math.max(0, Math.round(points * factor * trust)));
  const formula =
    `${level} ${points} × importance ${grade} (${factor})` +
    (confidence === undefined ? '' : ` × confidence ${confidence} (${trust.toFixed(2)})`) +
    ` = ${severity}`;
  return {
    severity,
    level,
    points,
    importance: grade,
    factor,
    ...(confidence === undefined ? {} : { confidence }),
    formula,
  };
}
