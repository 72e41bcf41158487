/** Keeps the rules, their settings, the indicators and the network context of the workers up to date with the state store and the content folder. */
import { join } from 'node:path';
import type { Platform } from '@xinglin/platform/http';
import { sql } from 'kysely';
import '../tables.ts';
import type { AssetRecord, ZoneRecord } from '../normalize/network-context.ts';
import { switchedOff } from './detector.ts';
import type { DetectionSpec, RuleSwitch } from './detector.ts';
import { loadExceptions } from './exception-store.ts';
import type { RuleBook, RuleInfo } from './hit.ts';
import { createIntelMatcher } from './intel-matcher.ts';
import type { IntelMatcher, MatchableIndicator } from './intel-matcher.ts';
import { createRuleBook } from './rule-book.ts';
import type { LevelSetting } from './rule-book.ts';
import { buildRuleSet, correlationFields, readContentRules } from './rule-set.ts';
import type { RuleSet, RuleText } from './rule-set.ts';

export interface RuleSetting extends RuleSwitch {
  readonly level: LevelSetting['level'] | null;
  readonly reason: string;
}

export interface Loaded {
  readonly set: RuleSet;
  readonly spec: DetectionSpec;
  readonly settings: readonly RuleSetting[];
  readonly intel: IntelMatcher;
  readonly zones: readonly ZoneRecord[];
  readonly assets: readonly AssetRecord[];
}

export interface DetectionManager {
  readonly book: RuleBook;
  readonly loaded: Loaded;
  isOff(ruleId: string, tenant: string): boolean;
  /** Reads what changed since the last call. Calls run one after another. */
  refresh(): Promise<void>;
  /** Count up when rules or indicators, and when zones or assets were read. */
  readonly generations: { readonly detection: number; readonly network: number };
}

export interface ManagerOptions {
  readonly platform: Pick<Platform, 'state' | 'log'>;
  /** Folder of content rules; default `content/rules` of the checkout. */
  readonly contentDir?: string;
}

export const CONTENT_RULES = join(import.meta.dirname, '../../../content/rules');

export function createDetectionManager({ platform, contentDir = CONTENT_RULES }: ManagerOptions): DetectionManager {
  const { state, log } = platform;
  let content: Promise<RuleText[]> | undefined;
  let marks = '';
  let networkMarks = '';
  let generations = { detection: 0, network: 0 };
  let refreshing: Promise<void> = Promise.resolve();
  let loaded: Loaded = {
    set: buildRuleSet([]),
    spec: { rules: [], filters: [], ruleTenants: {}, switches: [], indicators: [] },
    settings: [],
    intel: createIntelMatcher([]),
    zones: [],
    assets: [],
  };
  let current: RuleBook = createRuleBook(loaded.set, []);
  const off = new Map<string, ReadonlySet<string>>();

  /** Cheap to ask: it changes whenever a row was added, removed or changed. */
  async function readMarks(): Promise<{ detection: string; network: string }> {
    const { rows } = await sql<Record<string, string>>`select
      (select concat(count(*), '/', max(updated_at)) from soc_rule) as rule,
      (select concat(count(*), '/', max(updated_at)) from soc_rule_setting) as setting,
      (select concat(count(*), '/', max(created_at), '/', max(ended_at)) from soc_rule_exception) as exception,
      (select concat(count(*), '/', max(created_at), '/', sum(hashtext(id || value || coalesce(valid_until::text, '')))) from soc_indicator) as intel,
      (select concat(count(*), '/', sum(hashtext(id || kind || cidrs::text))) from soc_zone) as zone,
      (select concat(count(*), '/', max(updated_at)) from soc_asset) as asset`.execute(state.owner);
    const row = rows[0] ?? {};
    return {
      detection: [row['rule'], row['setting'], row['exception'], row['intel']].join('|'),
      network: [row['zone'], row['asset']].join('|'),
    };
  }

  async function loadDetection(): Promise<void> {
    const custom = await state.owner.selectFrom('soc_rule').select(['id', 'tenant', 'yaml']).execute();
    const settings = await state.owner
      .selectFrom('soc_rule_setting')
      .select(['rule_id', 'tenant', 'enabled', 'level', 'reason'])
      .execute();
    const indicators = await state.owner
      .selectFrom('soc_indicator')
      .select(['id', 'tenant', 'type', 'value', 'valid_from', 'valid_until'])
      .execute();
    content ??= readContentRules(contentDir);
    const set = buildRuleSet([
      ...custom.map(({ id, tenant, yaml }): RuleText => ({ file: `custom/${id}.yml`, yaml, origin: 'custom', tenant })),
      ...(await content),
    ]);
    const ruleTenants: Record<string, string> = {};
    for (const [id, origin] of set.origins) if (origin.text.tenant !== '') ruleTenants[id] = origin.text.tenant;
    const matchable = indicators.map((row): MatchableIndicator => ({
      id: row.id,
      tenant: row.tenant,
      type: row.type,
      value: row.value,
      validFrom: row.valid_from.getTime(),
      ...(row.valid_until === null ? {} : { validUntil: row.valid_until.getTime() }),
    }));
    const switches = settings.map((row) => ({
      ruleId: row.rule_id,
      tenant: row.tenant,
      enabled: row.enabled,
      level: row.level,
      reason: row.reason,
    }));
    const { exceptions, unusable } = await loadExceptions(state.owner, set);
    for (const one of unusable) log.warn(one, 'an exception is not usable');
    const spec: DetectionSpec = {
      rules: set.rules,
      filters: set.filters,
      ruleTenants,
      switches: switches.map(({ ruleId, tenant, enabled }) => ({ ruleId, tenant, enabled })),
      indicators: matchable,
      exceptions,
      feeding: { rules: [...set.silent], fields: correlationFields(set) },
    };
    const intel = createIntelMatcher(matchable);
    for (const { id, reason } of intel.rejected.slice(0, 20))
      log.warn({ indicator: id, reason }, 'indicator is not usable');
    loaded = { ...loaded, set, spec, settings: switches, intel };
    current = createRuleBook(
      set,
      switches.flatMap(({ ruleId, tenant, level }) => (level === null ? [] : [{ ruleId, tenant, level }])),
    );
    off.clear();
  }

  async function loadNetwork(): Promise<void> {
    const zones = await state.owner.selectFrom('soc_zone').select(['tenant', 'kind', 'cidrs']).execute();
    const assets = await state.owner
      .selectFrom('soc_asset')
      .select(['tenant', 'kind', 'ips', 'hostnames'])
      .where('status', '=', 'in-use')
      .execute();
    loaded = { ...loaded, zones, assets };
  }

  async function readChanges(): Promise<void> {
    const now = await readMarks();
    if (now.detection !== marks) {
      await loadDetection();
      marks = now.detection;
      generations = { ...generations, detection: generations.detection + 1 };
    }
    if (now.network !== networkMarks) {
      await loadNetwork();
      networkMarks = now.network;
      generations = { ...generations, network: generations.network + 1 };
    }
  }

  return {
    book: {
      get: (id, tenant) => current.get(id, tenant),
      all: (): readonly RuleInfo[] => current.all(),
      explain: (id, event) => current.explain(id, event),
    },
    get loaded() {
      return loaded;
    },
    isOff(ruleId, tenant) {
      let set = off.get(tenant);
      if (set === undefined) off.set(tenant, (set = switchedOff(loaded.spec, tenant)));
      return set.has(ruleId);
    },
    refresh() {
      refreshing = refreshing.catch(() => undefined).then(readChanges);
      return refreshing;
    },
    get generations() {
      return generations;
    },
  };
}
