import { z } from 'zod';
import type { Selectable } from 'kysely';
import { XinglinError } from '../../kernel/errors.ts';
import { defineRoute } from '../../http/route.ts';
import type { RouteSpec } from '../../http/route.ts';
import { verifyAudit } from '../../state/audit-chain.ts';
import type { AuditLogTable } from '../../state/audit-chain.ts';
import type { Tx } from '../../state/port.ts';
import type { Access } from '../access.ts';

const TAG = '审计 / Audit';

const Filter = z.object({
  actor: z.string().max(64).optional(),
  action: z.string().max(64).optional(),
  objectType: z.string().max(64).optional(),
  objectId: z.string().max(64).optional(),
  tenant: z.string().max(200).optional(),
  q: z.string().max(200).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
const Entry = z.object({
  id: z.number().int(),
  at: z.string(),
  actorKind: z.string(),
  actorId: z.string(),
  actorName: z.string(),
  ip: z.string().nullable(),
  tenant: z.string(),
  action: z.string(),
  objectType: z.string(),
  objectId: z.string(),
  summary: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  prevHash: z.string(),
  hash: z.string(),
});

/** The audit trail: only the auditor reads it, and reading it out (export) is itself recorded. */
export function auditRoutes(access: Access): RouteSpec[] {
  const { state } = access.context;
  return [
    defineRoute({
      method: 'get',
      path: '/audit',
      summary: '审计记录 / Audit records',
      tag: TAG,
      permission: 'audit:read',
      query: Filter.extend({
        limit: z.coerce.number().int().min(1).max(500).default(50),
        cursor: z
          .string()
          .regex(/^\d{1,15}$/)
          .optional(),
      }),
      response: z.object({ items: z.array(Entry), total: z.number().int(), next: z.string().optional() }),
      handler: async ({ actor, query }) => {
        const { rows, total } = await state.read(actor, 'audit:read', async (tx) => {
          const found = filtered(tx, query);
          const count = await found.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
          let page = found
            .selectAll()
            .orderBy('id', 'desc')
            .limit(query.limit + 1);
          if (query.cursor !== undefined) page = page.where('id', '<', Number(query.cursor));
          return { rows: await page.execute(), total: Number(count.n) };
        });
        const items = rows.slice(0, query.limit);
        const last = items.at(-1);
        return {
          items: items.map(entryView),
          total,
          ...(rows.length > query.limit && last !== undefined ? { next: String(last.id) } : {}),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/audit/verify',
      summary: '校验整条审计链 / Verify the whole chain',
      tag: TAG,
      permission: 'audit:read',
      response: z.object({
        rows: z.number().int(),
        intact: z.boolean(),
        broken: z.object({ id: z.number().int(), kind: z.enum(['hash', 'link', 'head']) }).optional(),
        head: z.string(),
      }),
      handler: async ({ actor }) => {
        if (!actor.scopes.includes(''))
          throw new XinglinError('access.out_of_scope', { tenant: '（全平台 / platform）' });
        if (!(await access.context.counters.once(`audit-verify:${actor.id}`, 10_000)))
          throw new XinglinError('request.rate_limited', { seconds: 10 });
        const result = await verifyAudit(state);
        return {
          rows: result.rows,
          intact: result.broken === undefined,
          head: result.head,
          ...(result.broken === undefined ? {} : { broken: result.broken }),
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/audit/export',
      summary: '导出审计记录（NDJSON，含哈希，可离线校验） / Export as NDJSON with hashes',
      tag: TAG,
      permission: 'audit:read',
      body: Filter,
      raw: 'application/x-ndjson',
      handler: async ({ actor, body }) => {
        await state.write(actor, 'audit:read', async (_tx, audit) => {
          await audit({
            action: 'audit.export',
            tenant: actor.tenant,
            objectType: 'audit',
            objectId: 'log',
            summary: 'Audit records exported',
            after: body,
          });
        });
        const name = `audit-${access.context.now().toISOString().slice(0, 10)}.ndjson`;
        return new Response(ndjson(actorPages()), {
          headers: {
            'content-type': 'application/x-ndjson; charset=utf-8',
            'content-disposition': `attachment; filename="${name}"`,
            'cache-control': 'no-store',
          },
        });

        async function* actorPages(): AsyncGenerator<string> {
          let after = 0;
          for (;;) {
            const rows = await state.read(actor, 'audit:read', (tx) =>
              filtered(tx, body).selectAll().where('id', '>', after).orderBy('id').limit(1000).execute(),
            );
            if (rows.length === 0) return;
            yield rows.map((row) => `${JSON.stringify(entryView(row))}\n`).join('');
            after = rows.at(-1)?.id ?? after;
          }
        }
      },
    }),
  ];
}

function filtered(tx: Tx, filter: z.output<typeof Filter>) {
  let query = tx.selectFrom('audit_log');
  if (filter.actor !== undefined) query = query.where('actor_id', '=', filter.actor);
  const { action, tenant, q } = filter;
  if (action !== undefined)
    query = query.where((eb) => eb.or([eb('action', '=', action), eb('action', 'like', `${action}.%`)]));
  if (filter.objectType !== undefined) query = query.where('object_type', '=', filter.objectType);
  if (filter.objectId !== undefined) query = query.where('object_id', '=', filter.objectId);
  if (tenant !== undefined)
    query = query.where((eb) => eb.or([eb('tenant', '=', tenant), eb('tenant', 'like', `${tenant}.%`)]));
  if (filter.from !== undefined) query = query.where('at', '>=', new Date(filter.from));
  if (filter.to !== undefined) query = query.where('at', '<', new Date(filter.to));
  if (q !== undefined && q !== '') {
    const like = `%${q.replaceAll(/[\\%_]/g, (char) => `\\${char}`)}%`;
    query = query.where((eb) => eb.or([eb('summary', 'ilike', like), eb('actor_name', 'ilike', like)]));
  }
  return query;
}

function entryView(row: Selectable<AuditLogTable>): z.input<typeof Entry> {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    actorName: row.actor_name,
    ip: row.ip,
    tenant: row.tenant,
    action: row.action,
    objectType: row.object_type,
    objectId: row.object_id,
    summary: row.summary,
    before: row.before,
    after: row.after,
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

function ndjson(pages: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pages.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
