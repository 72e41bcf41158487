import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { sql } from 'kysely';
import { z } from 'zod';
import { Notice, NoticeDetail, NoticeDraft, NoticeType, PageQuery, page } from '../../contract.ts';
import { chineseTime } from '../calendar/index.ts';
import type { SuperviseContext } from '../context.ts';
import { download } from '../import-run.ts';
import { institutionNames } from '../institutions/store.ts';
import { draftFromIncident } from './draft-from-incident.ts';
import { PLACEHOLDERS } from './template.ts';
import { findNotice, noticeDetail, toNotice } from './store.ts';
import {
  changeDraft,
  closeNotice,
  createDraft,
  deleteDraft,
  issueNotice,
  publishNotice,
  withdrawNotice,
} from './write.ts';
import '../errors.ts';

const tag = 'notices';
export const NoticeParams = z.object({ id: z.string().max(40) });
const Draft = NoticeDraft.extend({ issuer: Notice.shape.tenant.optional() });
const Comment = z.string().trim().max(2000);

/** The notice as a whole: lists, drafts, issue, withdrawal, closing, files. */
export function noticeRoutes(context: SuperviseContext): RouteSpec[] {
  const { platform, files, templates } = context;
  const { state, now, notify } = platform;
  const detail = (actor: Actor, id: string): Promise<z.output<typeof NoticeDetail>> =>
    state.read(actor, 'notice:read', (tx) => noticeDetail(tx, actor, id, now()));

  return [
    defineRoute({
      method: 'get',
      path: '/notices',
      summary: '通报列表（发出或收到） / Notices issued or received',
      tag,
      permission: 'notice:read',
      query: PageQuery.extend({
        side: z.enum(['issued', 'received', 'all']).default('all'),
        status: z.enum(['draft', 'issued', 'withdrawn', 'closed']).optional(),
        type: NoticeType.optional(),
        incident: z.string().max(40).optional(),
        overdue: z.stringbool().default(false),
      }),
      response: page(Notice),
      handler: async ({ actor, query }) =>
        await state.read(actor, 'notice:read', async (tx) => {
          let found = tx.selectFrom('soc_notice').selectAll();
          // in_scope() is the database's own test of the actor's scopes.
          if (query.side === 'issued') found = found.where(sql<boolean>`in_scope(soc_notice.tenant)`);
          if (query.side === 'received')
            found = found
              .where('status', '<>', 'draft')
              .where(
                sql<boolean>`exists (select 1 from soc_notice_recipient r where r.notice_id = soc_notice.id and in_scope(r.tenant)) and not in_scope(soc_notice.tenant)`,
              );
          if (query.status !== undefined) found = found.where('status', '=', query.status);
          if (query.type !== undefined) found = found.where('type', '=', query.type);
          if (query.incident !== undefined) found = found.where('incident_id', '=', query.incident);
          if (query.tenant !== undefined) {
            const { tenant } = query;
            found = found.where(
              sql<boolean>`(soc_notice.tenant = ${tenant} or exists (select 1 from soc_notice_recipient r where r.notice_id = soc_notice.id and (r.tenant = ${tenant} or starts_with(r.tenant, ${`${tenant}.`}))))`,
            );
          }
          if (query.overdue)
            found = found.where(
              sql<boolean>`soc_notice.status = 'issued' and exists (select 1 from soc_notice_recipient r where r.notice_id = soc_notice.id and r.deadline < ${now()} and r.status in ('pending', 'signed', 'returned', 'reinspection'))`,
            );
          if (query.q !== undefined && query.q !== '') {
            const like = `%${query.q.replace(/[%_\\]/g, '\\$&')}%`;
            found = found.where((eb) => eb.or([eb('title', 'ilike', like), eb('number', 'ilike', like)]));
          }
          const { total } = await found
            .clearSelect()
            .select((eb) => eb.fn.countAll<string>().as('total'))
            .executeTakeFirstOrThrow();
          if (query.cursor !== undefined) found = found.where('id', '<', query.cursor);
          const rows = await found
            .orderBy('id', 'desc')
            .limit(query.limit + 1)
            .execute();
          const shown = rows.slice(0, query.limit);
          const recipients =
            shown.length === 0
              ? []
              : await tx
                  .selectFrom('soc_notice_recipient')
                  .selectAll()
                  .where(
                    'notice_id',
                    'in',
                    shown.map((row) => row.id),
                  )
                  .execute();
          const names = await institutionNames(
            tx,
            shown.map((row) => row.tenant),
          );
          const last = shown.at(-1)?.id;
          return {
            items: shown.map((row) =>
              toNotice(
                row,
                names.get(row.tenant)?.name ?? row.tenant,
                recipients.filter((recipient) => recipient.notice_id === row.id),
                now(),
              ),
            ),
            total: Number(total),
            ...(rows.length > query.limit && last !== undefined ? { next: last } : {}),
          };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/notices/templates',
      summary: '通报模板 / Templates of notices',
      tag,
      permission: 'notice:read',
      response: z.object({
        items: z.array(
          z.object({
            type: NoticeType,
            title: z.string(),
            body: z.string(),
            basis: z.string(),
            requirements: z.array(z.string()),
            deadlineWorkdays: z.number(),
            urgency: Notice.shape.urgency,
          }),
        ),
        placeholders: z.array(z.string()),
      }),
      handler: () => Promise.resolve({ items: [...templates.values()], placeholders: Object.keys(PLACEHOLDERS) }),
    }),
    defineRoute({
      method: 'post',
      path: '/notices',
      summary: '起草通报 / Draft a notice',
      tag,
      permission: 'notice:issue',
      body: Draft,
      response: NoticeDetail,
      status: 201,
      handler: async ({ actor, body }) => {
        const { issuer = actor.tenant, ...draft } = body;
        const id = await state.write(actor, 'notice:issue', (tx, audit) =>
          createDraft(tx, audit, actor, issuer, draft, now()),
        );
        return await detail(actor, id);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/notices/draft-from-incident/{id}',
      summary: '由安全事件生成通报草稿 / Draft a notice from an incident',
      tag,
      permission: 'notice:issue',
      params: NoticeParams,
      body: z
        .object({
          type: NoticeType.default('event'),
          recipients: NoticeDraft.shape.recipients.optional(),
          issuer: Notice.shape.tenant.optional(),
        })
        .default({ type: 'event' }),
      response: NoticeDetail,
      status: 201,
      handler: async ({ actor, params, body }) => {
        const id = await state.write(actor, 'notice:issue', async (tx, audit) => {
          const draft = await draftFromIncident(context, tx, params.id, body.type, body.recipients);
          return await createDraft(tx, audit, actor, body.issuer ?? actor.tenant, draft, now());
        });
        return await detail(actor, id);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/notices/files/{fid}',
      summary: '下载证明材料 / Download evidence',
      tag,
      permission: 'notice:read',
      params: z.object({ fid: z.string().max(40) }),
      raw: 'application/octet-stream',
      handler: async ({ actor, params }) => {
        const file = await state.read(actor, 'notice:read', (tx) =>
          tx.selectFrom('soc_notice_file').selectAll().where('id', '=', params.fid).executeTakeFirst(),
        );
        if (file === undefined) throw new XinglinError('resource.not_found', { what: '附件', id: params.fid });
        return download(await files.read(file), file.name, file.type);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/notices/{id}',
      summary: '通报详情、办理经过和可执行的操作 / A notice with its history and what may be done now',
      tag,
      permission: 'notice:read',
      params: NoticeParams,
      response: NoticeDetail,
      handler: ({ actor, params }) => detail(actor, params.id),
    }),
    defineRoute({
      method: 'patch',
      path: '/notices/{id}',
      summary: '修改草稿 / Change a draft',
      tag,
      permission: 'notice:issue',
      params: NoticeParams,
      // Absent means unchanged, so the defaults of a new draft do not apply.
      body: z.object({
        type: NoticeType.optional(),
        urgency: Notice.shape.urgency.optional(),
        title: NoticeDraft.shape.title.optional(),
        body: NoticeDraft.shape.body.optional(),
        basis: z.string().max(1000).optional(),
        requirements: z.array(z.string().max(1000)).max(30).optional(),
        recipients: NoticeDraft.shape.recipients.optional(),
        deadlineWorkdays: z.number().int().min(1).max(120).optional(),
      }),
      response: NoticeDetail,
      handler: async ({ actor, params, body }) => {
        await state.write(actor, 'notice:issue', (tx, audit) => changeDraft(tx, audit, params.id, body, now()));
        return await detail(actor, params.id);
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/notices/{id}',
      summary: '删除草稿 / Delete a draft',
      tag,
      permission: 'notice:issue',
      params: NoticeParams,
      status: 204,
      handler: async ({ actor, params }) => {
        await state.write(actor, 'notice:issue', (tx, audit) => deleteDraft(tx, audit, params.id));
        return new Response(null, { status: 204 });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/notices/{id}/issue',
      summary: '发出：编号、定期限、通知接收单位 / Issue',
      tag,
      permission: 'notice:issue',
      params: NoticeParams,
      response: NoticeDetail,
      handler: async ({ actor, params }) => {
        const { notice, recipients } = await state.write(actor, 'notice:issue', async (tx, audit) => {
          const sent = await issueNotice(context, tx, audit, actor, params.id);
          return { notice: await findNotice(tx, params.id), recipients: sent };
        });
        publishNotice(platform, notice, 'issue', recipients);
        const due = notice.deadline === null ? '' : `，请于 ${chineseTime(notice.deadline)} 前反馈整改情况`;
        for (const recipient of recipients) {
          await notify.send({
            kind: 'notice.issued',
            tenant: recipient.tenant,
            title: `收到通报 ${notice.number}`,
            text: `《${notice.title}》${due}。请先签收。`,
            link: `/notices/${notice.id}`,
            severity: notice.urgency === 'normal' ? 'warning' : 'critical',
            dedupKey: `notice.issued:${recipient.id}`,
          });
        }
        return await detail(actor, params.id);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/notices/{id}/withdraw',
      summary: '撤回 / Withdraw',
      tag,
      permission: 'notice:issue',
      params: NoticeParams,
      body: z.object({ reason: Comment.min(2) }),
      response: NoticeDetail,
      handler: async ({ actor, params, body }) => {
        const { notice, recipients } = await state.write(actor, 'notice:issue', async (tx, audit) => {
          const told = await withdrawNotice(tx, audit, actor, params.id, body.reason, now());
          return { notice: await findNotice(tx, params.id), recipients: told };
        });
        publishNotice(platform, notice, 'withdraw', recipients);
        for (const recipient of recipients)
          await notify.send({
            kind: 'notice.withdrawn',
            tenant: recipient.tenant,
            title: `通报 ${notice.number} 已撤回`,
            text: body.reason,
            link: `/notices/${notice.id}`,
            severity: 'info',
            dedupKey: `notice.withdrawn:${recipient.id}`,
          });
        return await detail(actor, params.id);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/notices/{id}/close',
      summary: '办结（全部单位审核通过后） / Close, when everyone is accepted',
      tag,
      permission: 'notice:issue',
      params: NoticeParams,
      response: NoticeDetail,
      handler: async ({ actor, params }) => {
        const notice = await state.write(actor, 'notice:issue', async (tx, audit) => {
          await closeNotice(tx, audit, params.id, now());
          return await findNotice(tx, params.id);
        });
        publishNotice(platform, notice, 'close', []);
        return await detail(actor, params.id);
      },
    }),
  ];
}
