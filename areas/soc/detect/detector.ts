/** Matches one event against all rules and indicators, for the institution it came from. One per thread. */
import { compile } from '@xinglin/sigma';
import type { SigmaFilter, SigmaIssue, SigmaRule } from '@xinglin/sigma';
import { covers } from '@xinglin/platform/access';
import { compileOptions } from './detector-options.ts';
import { createSilencer } from './exception.ts';
import type { RuleException } from './exception.ts';
import { createIntelMatcher } from './intel-matcher.ts';
import type { IntelHit, MatchableIndicator } from './intel-matcher.ts';

export interface RuleSwitch {
  readonly ruleId: string;
  /** '' = whole platform. */
  readonly tenant: string;
  readonly enabled: boolean;
}

/** All a worker needs to detect; plain data. */
export interface DetectionSpec {
  readonly rules: readonly SigmaRule[];
  readonly filters: readonly SigmaFilter[];
  /** Rules that belong to one subtree: rule id → tenant path. */
  readonly ruleTenants: Readonly<Record<string, string>>;
  readonly switches: readonly RuleSwitch[];
  readonly indicators: readonly MatchableIndicator[];
  readonly exceptions?: readonly RuleException[];
  /** Rules that only feed correlations, and the fields those look at: of such a hit no more needs to leave the worker. */
  readonly feeding?: { readonly rules: readonly string[]; readonly fields: readonly string[] };
}

export interface Detection {
  /** Ids of the rules that fired; undefined when none. */
  readonly rules: string[] | undefined;
  readonly intel: IntelHit[] | undefined;
  /** Ids of the exceptions that silenced a rule on the event. */
  readonly excepted?: readonly string[];
}

export interface Detector {
  /** What of an event a hit must carry: all of it, or what correlations look at when no rule that fired alerts by itself. */
  essence(
    event: Readonly<Record<string, unknown>>,
    detection: Detection,
  ): { readonly event: Readonly<Record<string, unknown>>; readonly partial: boolean };
  readonly ruleCount: number;
  readonly issues: readonly SigmaIssue[];
  detect(event: Readonly<Record<string, unknown>>, tenant: string, now: number): Detection;
  /** Lets the engine order its index by typical events. */
  learn(sample: readonly Readonly<Record<string, unknown>>[]): void;
}

export const EMPTY_SPEC: DetectionSpec = { rules: [], filters: [], ruleTenants: {}, switches: [], indicators: [] };

export { compileOptions } from './detector-options.ts';

/** What would not run of a set. */
export function compileIssues(set: {
  readonly rules: readonly SigmaRule[];
  readonly filters: readonly SigmaFilter[];
}): SigmaIssue[] {
  return compile(set.rules, compileOptions(set.rules, set.filters)).issues;
}

const NOTHING: Detection = { rules: undefined, intel: undefined };
const MAX_TENANTS = 10_000;

export function createDetector(spec: DetectionSpec): Detector {
  const { engine, issues } = compile(spec.rules, compileOptions(spec.rules, spec.filters));
  const intel = createIntelMatcher(spec.indicators);
  const silencer = createSilencer(spec.exceptions ?? [], spec.rules);
  const offByTenant = new Map<string, ReadonlySet<string>>();

  function offFor(tenant: string): ReadonlySet<string> {
    let off = offByTenant.get(tenant);
    if (off === undefined) {
      off = switchedOff(spec, tenant);
      if (offByTenant.size >= MAX_TENANTS) offByTenant.clear();
      offByTenant.set(tenant, off);
    }
    return off;
  }

  const feeding = new Set(spec.feeding?.rules);
  const fields = spec.feeding?.fields ?? [];

  return {
    essence(event, { rules, intel }) {
      if (intel !== undefined || rules === undefined) return { event, partial: false };
      for (const rule of rules) if (!feeding.has(rule)) return { event, partial: false };
      const part: Record<string, unknown> = {};
      for (const field of fields) if (event[field] !== undefined) part[field] = event[field];
      return { event: part, partial: true };
    },
    ruleCount: engine.size,
    issues,
    detect(event, tenant, now) {
      const matched = engine.match(event);
      const indicators = intel.size > 0 ? intel.match(event, tenant, now) : undefined;
      if (matched.length === 0) return indicators === undefined ? NOTHING : { rules: undefined, intel: indicators };
      const off = offFor(tenant);
      let rules: string[] | undefined;
      for (const rule of matched) if (!off.has(rule.id)) (rules ??= []).push(rule.id);
      if (rules?.some((id) => silencer.concerns(id)) === true) {
        const silenced = silencer.silenced(event, tenant, now, rules);
        if (silenced.size > 0) {
          const left = rules.filter((id) => !silenced.has(id));
          const excepted = [...new Set(silenced.values())];
          return { rules: left.length === 0 ? undefined : left, intel: indicators, excepted };
        }
      }
      return rules === undefined && indicators === undefined ? NOTHING : { rules, intel: indicators };
    },
    learn: (sample) => engine.learn(sample),
  };
}

/** Rules that do not run for an institution: switched off by the most specific setting that covers it, or another subtree's own. */
export function switchedOff(
  spec: Pick<DetectionSpec, 'switches' | 'ruleTenants'>,
  tenant: string,
): ReadonlySet<string> {
  const off = new Set<string>();
  const decided = new Map<string, RuleSwitch>();
  for (const one of spec.switches) {
    if (!covers(one.tenant, tenant)) continue;
    const known = decided.get(one.ruleId);
    if (known === undefined || one.tenant.length > known.tenant.length) decided.set(one.ruleId, one);
  }
  for (const one of decided.values()) if (!one.enabled) off.add(one.ruleId);
  for (const [id, owner] of Object.entries(spec.ruleTenants)) if (!covers(owner, tenant)) off.add(id);
  return off;
}
