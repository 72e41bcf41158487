import { FEATURES, checkRuleSet, parseRuleSet, printCondition, printRuleSet } from '@xinglin/decide';
import type { ModelDocument, RuleIssue, RuleSetDocument } from '@xinglin/decide';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { sql } from 'kysely';
import { MAX_REFUSED, countGroups, readTimeline, refusedDevices, seenTogether } from './console-events.ts';
import { identityGraph, tallyGroups } from './console-figures.ts';
import type { DeviceFate, Pair } from './console-figures.ts';
import { FalseBlocks, GraphQuery, IdentityGraph, RulesCheck, RulesDraft, RulesView } from './console-schemas.ts';
import { SimulationList, Timeline } from './console-schemas.ts';
import { rangeOf } from './decide/decision-store.ts';
import { IdParams, RangeQuery } from './decide/schemas.ts';
import type { DecideStep } from './decide/step.ts';
import { simulationItem } from './release/policy-routes.ts';
import './tables.ts';

const TAG = '挂号防护 / Registration gateway';
const MAX_NODES = 60;
const MAX_ROWS = 400;

/** What the console's pages show beyond the decision API: sums, the identity graph, the rules in force. All of it is read only. */
export function consoleRoutes(platform: Pick<Platform, 'state' | 'events' | 'now'>, step: DecideStep): RouteSpec[] {
  const { state, events, now } = platform;
  return [
    defineRoute({
      method: 'get',
      path: '/antiscalp/timeline',
      summary: '各步骤随时间的次数 / Decisions by step over time',
      tag: TAG,
      permission: 'antiscalp:read',
      query: RangeQuery,
      response: Timeline,
      handler: ({ actor, query }) => readTimeline(events, actor.scopes, rangeOf(query, now())),
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/false-blocks',
      summary:
        '误拦报告：被拒设备中经人工撤销者，按渠道与动作 / Refusals that people took back, by kind of client and by action',
      tag: TAG,
      permission: 'antiscalp:read',
      query: RangeQuery,
      response: FalseBlocks,
      handler: async ({ actor, query }) => {
        const range = rangeOf(query, now());
        const [total, clients, actions, found] = await Promise.all([
          countGroups(events, actor.scopes, range, 'none'),
          countGroups(events, actor.scopes, range, 'client'),
          countGroups(events, actor.scopes, range, 'action'),
          refusedDevices(events, actor.scopes, range),
        ]);
        const refused = found.slice(0, MAX_REFUSED);
        const devices = refused.map(({ device }) => device);
        const keys = [...new Set([...devices, ...refused.flatMap((device) => device.keys)])];
        const { appeals, lifted } = await state.read(actor, 'antiscalp:read', async (tx) => ({
          appeals:
            devices.length === 0
              ? []
              : await tx
                  .selectFrom('antiscalp_appeal')
                  .select(['device', 'status'])
                  .where('created_at', '>=', range.from)
                  .where(sql<boolean>`device = any(${devices}::text[])`)
                  .execute(),
          lifted:
            keys.length === 0
              ? []
              : await tx
                  .selectFrom('antiscalp_override')
                  .select('key')
                  .where('effect', '=', 'allow')
                  .where('created_at', '>=', range.from)
                  .where(sql<boolean>`key = any(${keys}::text[])`)
                  .execute(),
        }));
        const free = new Set(lifted.map(({ key }) => key));
        const byDevice = Map.groupBy(appeals, ({ device }) => device);
        const fates = new Map(
          refused.map((one): [string, DeviceFate] => {
            const own = byDevice.get(one.device) ?? [];
            return [
              one.device,
              {
                appealed: own.length > 0,
                open: own.some(({ status }) => status === 'open'),
                wronged:
                  own.some(({ status }) => status === 'lifted') ||
                  free.has(one.device) ||
                  one.keys.some((key) => free.has(key)),
              },
            ];
          }),
        );
        const [all] = tallyGroups(
          [{ decisions: total[0]?.decisions ?? 0, devices: total[0]?.devices ?? 0, name: '' }],
          refused,
          fates,
          () => [''],
        );
        return {
          from: range.from.toISOString(),
          to: range.to.toISOString(),
          total: all ?? { decisions: 0, devices: 0, refused: 0, appealed: 0, wronged: 0, open: 0 },
          byClient: tallyGroups(clients, refused, fates, (device) => device.clients),
          byAction: tallyGroups(actions, refused, fates, (device) => device.actions),
          cut: found.length > MAX_REFUSED,
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/graph',
      summary: '标识关系：同一请求中出现的标识与让号 / Ids seen together and places handed over, around one key',
      tag: TAG,
      permission: 'antiscalp:read',
      query: GraphQuery,
      response: IdentityGraph,
      handler: async ({ actor, query }) => {
        const range = rangeOf(
          { ...query, from: query.from ?? new Date(now().getTime() - 30 * 86_400_000).toISOString() },
          now(),
        );
        const near = await seenTogether(events, actor.scopes, range, [query.key], MAX_ROWS);
        const keys = [...new Set(near.flatMap((row) => Object.values(row.keys)))].slice(0, MAX_NODES);
        const seen = keys.length === 0 ? near : await seenTogether(events, actor.scopes, range, keys, MAX_ROWS);
        const handOvers: Pair[] = actor.permissions.has('slot:read')
          ? await state.read(actor, 'slot:read', async (tx) => {
              const rows = await tx
                .selectFrom('release_hand_over as h')
                .select(['h.from_person as from', 'h.to_person as to', sql<number>`count(*)::int`.as('count')])
                .where((or) =>
                  or.or([
                    or('h.from_person', '=', query.key),
                    or('h.to_person', '=', query.key),
                    or(
                      'h.from_person',
                      'in',
                      or
                        .selectFrom('release_hand_over as n')
                        .select('n.to_person')
                        .where('n.from_person', '=', query.key),
                    ),
                    or(
                      'h.to_person',
                      'in',
                      or
                        .selectFrom('release_hand_over as n')
                        .select('n.to_person')
                        .where('n.from_person', '=', query.key),
                    ),
                  ]),
                )
                .groupBy(['h.from_person', 'h.to_person'])
                .orderBy('count', 'desc')
                .limit(MAX_ROWS)
                .execute();
              return rows;
            })
          : [];
        return identityGraph(query.key, seen, handOvers, MAX_NODES);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/rules',
      summary: '现行规则与模型 / Rules and models in force in this process',
      tag: TAG,
      permission: 'antiscalp:read',
      response: RulesView,
      handler: () => {
        const { rules, models } = step.engine();
        const { document } = rules;
        return Promise.resolve({
          version: rules.version,
          fingerprint: rules.fingerprint,
          text: printRuleSet(document),
          rules: document.rules.map((rule) => ({
            id: rule.id,
            reason: rule.reason,
            group: rule.group ?? 'other',
            score: rule.score,
            condition: printCondition(rule.when),
            enabled: rule.enabled !== false,
          })),
          thresholds: document.thresholds.map(({ outcome, from }) => ({ outcome, from })),
          features: [...rules.features],
          issues: checkRuleSet(document).map(issueItem),
          champion: models?.champion === undefined ? null : modelItem(models.champion),
          shadow: models?.shadow === undefined ? null : modelItem(models.shadow),
          compared: models?.compared() ?? [],
        });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/antiscalp/rules/check',
      summary: '校验规则文本，不会启用 / Validate a rule set text; nothing is switched on',
      tag: TAG,
      permission: 'antiscalp:read',
      body: RulesDraft,
      response: RulesCheck,
      maxBodyBytes: 1_048_576,
      handler: ({ body }) => {
        const { document, issues } = parseRuleSet(body.text, { features: FEATURES });
        const parsed: RuleSetDocument | undefined = document;
        return Promise.resolve({
          valid: issues.every(({ severity }) => severity !== 'error'),
          version: `${parsed?.name ?? ''}@${String(parsed?.version ?? 0)}`,
          rules: parsed?.rules.length ?? 0,
          issues: issues.slice(0, 200).map(issueItem),
        });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/antiscalp/policies/{id}/simulations',
      summary: 'Simulations of a policy version, newest first',
      tag: 'slots',
      permission: 'slot:read',
      params: IdParams,
      response: SimulationList,
      handler: ({ actor, params }) =>
        state.read(actor, 'slot:read', async (tx) => {
          const policy = await tx
            .selectFrom('release_policy')
            .select('id')
            .where('id', '=', params.id)
            .executeTakeFirst();
          if (policy === undefined) throw new XinglinError('resource.not_found', { what: 'policy', id: params.id });
          const rows = await tx
            .selectFrom('release_simulation')
            .selectAll()
            .where('policy_id', '=', params.id)
            .orderBy('created_at', 'desc')
            .limit(20)
            .execute();
          return { items: rows.map(simulationItem), total: rows.length };
        }),
    }),
  ];
}

function issueItem(issue: RuleIssue) {
  return {
    code: issue.code,
    severity: issue.severity,
    line: issue.line ?? null,
    message: issue.path === undefined || issue.line !== undefined ? issue.message : `${issue.path}: ${issue.message}`,
    remedy: issue.remedy ?? '',
  };
}

function modelItem(model: ModelDocument) {
  return {
    name: model.name,
    version: model.version,
    kind: model.kind,
    trees: model.trees.length,
    features: model.features.length,
    trainedAt: model.trainedAt === undefined ? null : new Date(model.trainedAt).toISOString(),
    sha256: model.training.sha256,
    rows: model.training.rows,
    positives: model.training.positives,
    auc: model.metrics?.auc ?? null,
    recallAtFpr001: model.metrics?.recallAtFpr001 ?? null,
  };
}
