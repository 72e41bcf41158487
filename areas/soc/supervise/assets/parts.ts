import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { z } from 'zod';
import { PageQuery, System, Zone } from '../../contract.ts';
import { overlaps, parseBlock } from '../address.ts';
import { findInstitution } from '../institutions/store.ts';
import '../errors.ts';

const Cidrs = z
  .array(z.string().refine((text) => parseBlock(text) !== undefined, { error: '不是网段，例如 10.1.2.0/24' }))
  .max(64);
const ZoneKind = z.enum(['internet', 'dmz', 'core', 'his', 'office', 'device', 'insurance', 'management', 'other']);
const ZoneFields = z.object({ name: z.string().trim().min(1).max(60), kind: ZoneKind, cidrs: Cidrs });
const SystemFields = z.object({
  name: z.string().trim().min(1).max(100),
  kind: z.string().trim().min(1).max(40),
  mlpsLevel: z.number().int().min(0).max(5),
  importance: z.number().int().min(1).max(5),
  vendor: z.string().max(100),
  owner: z.string().max(60),
  url: z.string().max(300),
});
/** Blocks of this institution that share addresses: said, not refused, because some networks really do. */
const Warnings = z.array(z.object({ with: z.string(), cidr: z.string(), other: z.string() }));
const ZoneAnswer = Zone.extend({ kind: ZoneKind, warnings: Warnings.optional() });
const Id = z.object({ id: z.string().max(40) });

interface Part {
  readonly path: 'zones' | 'systems';
  readonly table: 'soc_zone' | 'soc_system';
  readonly object: 'zone' | 'system';
  readonly zh: string;
  readonly create: z.ZodObject;
  readonly patch: z.ZodObject;
  readonly answer: z.ZodType;
  readonly columns: (body: Record<string, unknown>) => Record<string, unknown>;
  readonly shape: (row: Record<string, unknown>) => Record<string, unknown>;
  readonly extra?: (tx: Tx, row: Record<string, unknown>) => Promise<Record<string, unknown>>;
}

const ZONES: Part = {
  path: 'zones',
  table: 'soc_zone',
  object: 'zone',
  zh: '网络区域',
  create: ZoneFields.extend({ tenant: Zone.shape.tenant, cidrs: Cidrs.default([]) }),
  patch: ZoneFields.partial(),
  answer: ZoneAnswer,
  columns: (body) => body,
  shape: (row) => row,
  extra: async (tx, row) => {
    const others = await tx
      .selectFrom('soc_zone')
      .selectAll()
      .where('tenant', '=', String(row.tenant))
      .where('id', '<>', String(row.id))
      .execute();
    const mine = (row.cidrs as string[]).map((cidr) => ({ cidr, block: parseBlock(cidr) }));
    const warnings: z.output<typeof Warnings> = [];
    for (const other of others)
      for (const cidr of other.cidrs) {
        const block = parseBlock(cidr);
        for (const own of mine)
          if (block !== undefined && own.block !== undefined && overlaps(block, own.block))
            warnings.push({ with: other.name, cidr: own.cidr, other: cidr });
      }
    return { warnings };
  },
};

const SYSTEMS: Part = {
  path: 'systems',
  table: 'soc_system',
  object: 'system',
  zh: '业务系统',
  create: SystemFields.partial().extend({
    tenant: System.shape.tenant,
    name: SystemFields.shape.name,
    kind: SystemFields.shape.kind,
  }),
  patch: SystemFields.partial(),
  answer: System,
  columns: ({ mlpsLevel, ...rest }) => (mlpsLevel === undefined ? rest : { ...rest, mlps_level: mlpsLevel }),
  shape: ({ mlps_level, ...rest }) => ({ ...rest, mlpsLevel: mlps_level }),
};

export function zoneAndSystemRoutes(platform: Platform): RouteSpec[] {
  return [ZONES, SYSTEMS].flatMap((part) => partRoutes(platform, part));
}

/** Zones and systems are kept alike: small named lists of an institution. */
function partRoutes({ state, bus }: Platform, part: Part): RouteSpec[] {
  const { table, object, zh } = part;
  /** Detection keeps zones and assets in memory and reads them again when it hears this. */
  const tell = <T extends Record<string, unknown>>(row: T): T => {
    bus.publish({ topic: `${object}.changed`, tenant: String(row.tenant), data: {} });
    return row;
  };
  const missing = (id: string): XinglinError => new XinglinError('resource.not_found', { what: zh, id });
  const unique = (name: unknown) => (error: unknown) => {
    if ((error as { code?: string }).code === '23505') throw new XinglinError('asset.exists', { name: String(name) });
    throw error;
  };
  const answer = async (tx: Tx, row: Record<string, unknown>): Promise<Record<string, unknown>> => ({
    ...part.shape(row),
    ...(await part.extra?.(tx, row)),
  });

  return [
    defineRoute({
      method: 'get',
      path: `/${part.path}`,
      summary: `${zh}列表 / List`,
      tag: 'assets',
      permission: 'asset:read',
      query: PageQuery,
      response: z.object({ items: z.array(part.answer), total: z.number() }),
      handler: async ({ actor, query }) =>
        await state.read(actor, 'asset:read', async (tx) => {
          let found = tx.selectFrom(table).selectAll().orderBy('tenant').orderBy('name').limit(query.limit);
          const { tenant } = query;
          if (tenant !== undefined)
            found = found.where((eb) =>
              eb.or([eb('tenant', '=', tenant), eb('tenant', 'like', `${tenant.replaceAll('_', '\\_')}.%`)]),
            );
          if (query.q !== undefined && query.q !== '')
            found = found.where('name', 'ilike', `%${query.q.replace(/[%_\\]/g, '\\$&')}%`);
          const rows = await found.execute();
          return { items: rows.map((row) => part.shape(row)), total: rows.length };
        }),
    }),
    defineRoute({
      method: 'post',
      path: `/${part.path}`,
      summary: `新建${zh} / Create`,
      tag: 'assets',
      permission: 'asset:write',
      body: part.create,
      response: part.answer,
      status: 201,
      handler: async ({ actor, body }) => {
        const { tenant, ...fields } = body as { tenant: string; name: string };
        return await state
          .write(actor, 'asset:write', async (tx, audit) => {
            if ((await findInstitution(tx, tenant)) === undefined)
              throw new XinglinError('soc.outside_scope', { tenant });
            const row = (await tx
              .insertInto(table)
              .values({ ...part.columns(fields), id: newId(), tenant } as never)
              .returningAll()
              .executeTakeFirstOrThrow()) as Record<string, unknown>;
            await audit({
              action: `${object}.create`,
              tenant,
              objectType: object,
              objectId: String(row.id),
              summary: `新建${zh} ${fields.name}`,
              after: fields,
            });
            return await answer(tx, row);
          })
          .catch(unique(fields.name))
          .then(tell);
      },
    }),
    defineRoute({
      method: 'patch',
      path: `/${part.path}/{id}`,
      summary: `修改${zh} / Change`,
      tag: 'assets',
      permission: 'asset:write',
      params: Id,
      body: part.patch,
      response: part.answer,
      handler: async ({ actor, params, body }) =>
        await state
          .write(actor, 'asset:write', async (tx, audit) => {
            const before = await tx
              .selectFrom(table)
              .selectAll()
              .where('id', '=', params.id)
              .forUpdate()
              .executeTakeFirst();
            if (before === undefined) throw missing(params.id);
            const columns = part.columns(body);
            const row = (
              Object.keys(columns).length === 0
                ? before
                : await tx
                    .updateTable(table)
                    .set(columns as never)
                    .where('id', '=', params.id)
                    .returningAll()
                    .executeTakeFirstOrThrow()
            ) as Record<string, unknown>;
            await audit({
              action: `${object}.update`,
              tenant: before.tenant,
              objectType: object,
              objectId: params.id,
              summary: `修改${zh} ${before.name}`,
              before: part.shape(before),
              after: body,
            });
            return await answer(tx, row);
          })
          .catch(unique((body as { name?: string }).name))
          .then(tell),
    }),
    defineRoute({
      method: 'delete',
      path: `/${part.path}/{id}`,
      summary: `删除${zh} / Delete`,
      tag: 'assets',
      permission: 'asset:write',
      params: Id,
      status: 204,
      handler: async ({ actor, params }) => {
        const deleted = await state.write(actor, 'asset:write', async (tx, audit) => {
          const row = await tx.deleteFrom(table).where('id', '=', params.id).returningAll().executeTakeFirst();
          if (row === undefined) throw missing(params.id);
          await audit({
            action: `${object}.delete`,
            tenant: row.tenant,
            objectType: object,
            objectId: params.id,
            summary: `删除${zh} ${row.name}`,
            before: part.shape(row),
          });
          return row;
        });
        tell(deleted);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}
