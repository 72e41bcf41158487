/** Back-tests over history: begin, watch, cancel; then make alerts of the result, or not. */
import { inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId, registerErrors } from '@xinglin/platform/kernel';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { PageQuery, RuleBackTest, RuleBackTestDetail, page } from '../contract.ts';
import { hitsOfBackTest } from './back-test-hits.ts';
import type { BackTestJobs } from './back-test-jobs.ts';
import type { DetectionManager } from './detection-manager.ts';
import type { HitSink } from './hit.ts';
import { RuleId, RuleYaml, requirePermission, testedSet } from './rule-access.ts';
import type { RuleAccess } from './rule-access.ts';
import type { RuleBackTestTable } from './rule-tables.ts';

registerErrors({
  'rule.back_test_period': {
    status: 422,
    zh: '回测的时间范围须有先后，且不超过 400 天',
    en: 'The period must begin before it ends and span 400 days at most',
  },
  'rule.back_test_state': {
    status: 409,
    zh: '回测当前状态（{status}）不能这样操作',
    en: 'The back-test is {status}; this cannot be done now',
  },
  'rule.back_test_unsaved': {
    status: 409,
    zh: '回测的是未保存的规则文本，请先保存规则并重新回测，再生成告警',
    en: 'The text tested is not saved; save the rule and test again before making alerts',
  },
});

const MAX_MS = 400 * 86_400_000;
const MAX_SHOWN_HITS = 200;
const CHUNK = 200;
const Time = z.iso.datetime({ offset: true });
const JobId = z.object({ id: z.string().max(40) });
type Row = Selectable<RuleBackTestTable>;

export function backTestRoutes(
  platform: Platform,
  { manager, access, jobs, sink }: { manager: DetectionManager; access: RuleAccess; jobs: BackTestJobs; sink: HitSink },
): RouteSpec[] {
  const { state, bus } = platform;
  const tag = 'rules';
  const told = (id: string): void => bus.publish({ topic: 'rules.changed', tenant: '', data: { backTest: id } });

  /** Row-level security leaves only jobs of the own subtree. */
  async function find(actor: Actor, id: string): Promise<Row> {
    const row = await state.read(actor, 'rule:read', (tx) =>
      tx.selectFrom('soc_rule_back_test').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    if (row === undefined) throw new XinglinError('resource.not_found', { what: 'back-test', id });
    return row;
  }

  /** Moves a job on, once: `from` are the states (and no outcome yet) in which it may. */
  async function move(
    actor: Actor,
    id: string,
    from: readonly Row['status'][],
    to: { status: Row['status']; finished_at: Date } | { outcome: 'alerts' | 'discarded' },
    summary: string,
  ): Promise<Row> {
    const { status } = await find(actor, id);
    return await state.write(actor, 'rule:write', async (tx, audit) => {
      const row = await tx
        .updateTable('soc_rule_back_test')
        .set(to)
        .where('id', '=', id)
        .where('status', 'in', from)
        .where('outcome', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw new XinglinError('rule.back_test_state', { status });
      await audit({
        action: 'rule.back-test',
        tenant: row.tenant,
        objectType: 'rule',
        objectId: row.rule_id,
        summary,
        after: { id, ...('outcome' in to ? { outcome: to.outcome } : { status: to.status }) },
      });
      return row;
    });
  }

  return [
    defineRoute({
      method: 'post',
      path: '/rules/{id}/back-tests',
      summary: '对历史日志回测（后台任务）',
      tag,
      permission: 'rule:write',
      params: RuleId,
      body: z.object({ yaml: RuleYaml.optional(), query: z.string().max(2000).default(''), from: Time, to: Time }),
      response: RuleBackTest,
      status: 202,
      async handler({ actor, params, body }) {
        requirePermission(actor, 'event:read');
        const length = Date.parse(body.to) - Date.parse(body.from);
        if (!(length > 0) || length > MAX_MS) throw new XinglinError('rule.back_test_period', {});
        const rule = (): ReturnType<RuleAccess['find']> => access.find(actor, params.id);
        const set = testedSet(manager.loaded.set, rule, body.yaml);
        const tested = [...set.rules, ...set.correlations].find(({ id }) => id === params.id);
        if (tested === undefined) throw new XinglinError('rule.id_differs', { id: params.id });
        const inForce = manager.loaded.set.origins.get(params.id)?.text.yaml;
        const id = newId();
        await state.write(actor, 'rule:write', async (tx, audit) => {
          await tx
            .insertInto('soc_rule_back_test')
            .values({
              id,
              tenant: actor.tenant,
              rule_id: params.id,
              title: manager.book.get(params.id)?.titleZh ?? tested.title,
              yaml: body.yaml ?? inForce ?? '',
              saved: body.yaml === undefined || body.yaml === inForce,
              query: body.query,
              scopes: [...actor.scopes],
              period_from: body.from,
              period_to: body.to,
              outcome: null,
              error: null,
              author: actor.name,
              created_at: platform.now(),
            })
            .execute();
          await audit({
            action: 'rule.back-test',
            tenant: actor.tenant,
            objectType: 'rule',
            objectId: params.id,
            summary: '开始历史回测',
            after: { id, from: body.from, to: body.to, query: body.query },
          });
        });
        jobs.wake();
        return shown(await find(actor, id));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/back-tests',
      summary: '历史回测任务，新的在前',
      tag,
      permission: 'rule:read',
      query: PageQuery.extend({ rule: z.string().max(100).optional() }),
      response: page(RuleBackTest),
      async handler({ actor, query }) {
        const rows = await state.read(actor, 'rule:read', (tx) =>
          tx
            .selectFrom('soc_rule_back_test')
            .selectAll()
            .$if(query.rule !== undefined, (jobsOf) => jobsOf.where('rule_id', '=', query.rule ?? ''))
            .$if(query.cursor !== undefined, (jobsOf) => jobsOf.where('id', '<', query.cursor ?? ''))
            .orderBy('id', 'desc')
            .limit(query.limit)
            .execute(),
        );
        const last = rows.at(-1);
        const more = rows.length === query.limit && last !== undefined;
        return { items: rows.map(shown), total: rows.length, ...(more ? { next: last.id } : {}) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/back-tests/{id}',
      summary: '历史回测的进度与结果',
      tag,
      permission: 'rule:read',
      params: JobId,
      response: RuleBackTestDetail,
      async handler({ actor, params }) {
        requirePermission(actor, 'event:read');
        const row = await find(actor, params.id);
        return {
          ...shown(row),
          perDay: row.per_day,
          perTenant: row.per_tenant,
          hits: row.hits.slice(0, MAX_SHOWN_HITS).map(({ id, ts, tenant, message, explanation }) => ({
            id,
            ts,
            tenant,
            message,
            explanation: { ...explanation },
          })),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/back-tests/{id}/cancel',
      summary: '取消历史回测',
      tag,
      permission: 'rule:write',
      params: JobId,
      response: RuleBackTest,
      async handler({ actor, params }) {
        const to = { status: 'cancelled', finished_at: platform.now() } as const;
        const row = await move(actor, params.id, ['queued', 'running'], to, '取消历史回测');
        await jobs.cancel(row.id);
        told(row.id);
        return shown(row);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/back-tests/{id}/discard',
      summary: '历史回测的结果不生成告警',
      tag,
      permission: 'rule:write',
      params: JobId,
      response: RuleBackTest,
      async handler({ actor, params }) {
        const row = await move(actor, params.id, ['done'], { outcome: 'discarded' }, '历史回测结果不生成告警');
        told(row.id);
        return shown(row);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/back-tests/{id}/alerts',
      summary: '由历史回测的结果生成告警（前 1000 条命中）',
      tag,
      permission: 'rule:write',
      params: JobId,
      response: z.object({ hits: z.int() }),
      async handler({ actor, params }) {
        requirePermission(actor, 'alert:write');
        const job = await find(actor, params.id);
        if (!job.saved || manager.book.get(job.rule_id) === undefined)
          throw new XinglinError('rule.back_test_unsaved', {});
        if (job.status !== 'done' || job.outcome !== null)
          throw new XinglinError('rule.back_test_state', { status: job.outcome ?? job.status });
        const kept = job.hits.filter(({ tenant }) => inScope(actor, tenant));
        const hits = await hitsOfBackTest(platform.events, job.rule_id, kept);
        // Taken first, marked then: the responder knows hits by their event, so a second try has no second effect.
        for (let at = 0; at < hits.length; at += CHUNK) await sink.accept(hits.slice(at, at + CHUNK));
        await move(actor, params.id, ['done'], { outcome: 'alerts' }, `由历史回测生成告警，命中 ${hits.length} 条`);
        told(job.id);
        return { hits: hits.length };
      },
    }),
  ];
}

function shown(row: Row): z.input<typeof RuleBackTest> {
  return {
    id: row.id,
    tenant: row.tenant,
    ruleId: row.rule_id,
    title: row.title,
    saved: row.saved,
    query: row.query,
    from: row.period_from.toISOString(),
    to: row.period_to.toISOString(),
    status: row.status,
    outcome: row.outcome,
    progress: row.progress,
    scanned: Number(row.scanned),
    matched: Number(row.matched),
    error: row.error,
    author: row.author,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}
