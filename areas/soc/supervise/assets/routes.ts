import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { z } from 'zod';
import { Asset, ImportResult, PageQuery, page } from '../../contract.ts';
import { isAddress } from '../address.ts';
import { IMPORT_LIMIT_BYTES, ImportBody, download, oneFile } from '../import-run.ts';
import { findInstitution } from '../institutions/store.ts';
import { XLSX_TYPE, readSheets, writeCsv, writeTable } from '../sheet/index.ts';
import { ASSET_COLUMNS, ASSET_KINDS, ASSET_STATUS } from './columns.ts';
import { importAssets } from './import.ts';
import '../errors.ts';

const Fields = z.object({
  name: z.string().trim().min(1).max(100),
  kind: Asset.shape.kind,
  ips: z.array(z.string().refine(isAddress, { error: '不是 IP 地址，例如 10.1.2.3' })).max(64),
  hostnames: z.array(z.string().trim().min(1).max(253)).max(64),
  os: z.string().max(100),
  systemId: z.string().max(40).nullable(),
  zoneId: z.string().max(40).nullable(),
  importance: z.number().int().min(1).max(5),
  department: z.string().max(100),
  owner: z.string().max(60),
  vendor: z.string().max(100),
  status: Asset.shape.status,
  note: z.string().max(500),
});
const Patch = Fields.partial();
const Create = Patch.extend({ tenant: Asset.shape.tenant, name: Fields.shape.name, kind: Fields.shape.kind });
const Id = z.object({ id: z.string().max(40) });
const Query = PageQuery.extend({
  kind: Asset.shape.kind.optional(),
  status: Asset.shape.status.optional(),
  zone: z.string().max(40).optional(),
  system: z.string().max(40).optional(),
});
const tag = 'assets';

interface AssetRow {
  id: string;
  tenant: string;
  institution: string;
  name: string;
  kind: z.output<typeof Asset>['kind'];
  ips: string[];
  hostnames: string[];
  os: string;
  system_id: string | null;
  system: string | null;
  zone_id: string | null;
  zone: string | null;
  importance: number;
  department: string;
  owner: string;
  vendor: string;
  status: z.output<typeof Asset>['status'];
  note: string;
  open_alerts: number;
}

export function assetRoutes({ state, now, bus }: Platform): RouteSpec[] {
  /** Detection keeps assets in memory and reads them again when it hears this. */
  const tell = <T extends { tenant: string }>(asset: T): T => {
    bus.publish({ topic: 'asset.changed', tenant: asset.tenant, data: {} });
    return asset;
  };
  const missing = (id: string): XinglinError => new XinglinError('resource.not_found', { what: '资产', id });
  const one = async (tx: Tx, id: string): Promise<z.output<typeof Asset>> => {
    const row = (await select(tx, sql`t.id = ${id}`, 1))[0];
    if (row === undefined) throw missing(id);
    return toAsset(row);
  };
  const unique = (name: string | undefined) => (error: unknown) => {
    if ((error as { code?: string }).code === '23505') throw new XinglinError('asset.exists', { name: name ?? '' });
    throw error;
  };

  return [
    defineRoute({
      method: 'get',
      path: '/assets',
      summary: '资产列表 / Assets',
      tag,
      permission: 'asset:read',
      query: Query,
      response: page(Asset),
      handler: async ({ actor, query }) =>
        await state.read(actor, 'asset:read', async (tx) => {
          const where = conditions(query);
          const { rows } = await sql<{
            total: number;
          }>`select count(*)::int as total from soc_asset t where ${where}`.execute(tx);
          const after = query.cursor === undefined ? sql`true` : sql`t.id < ${query.cursor}`;
          const found = await select(tx, sql`${where} and ${after}`, query.limit + 1);
          const shown = found.slice(0, query.limit);
          const last = shown.at(-1)?.id;
          return {
            items: shown.map(toAsset),
            total: rows[0]?.total ?? 0,
            ...(found.length > query.limit && last !== undefined ? { next: last } : {}),
          };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/assets/template',
      summary: '资产导入模板(xlsx) / Template for the import',
      tag,
      permission: 'asset:read',
      raw: XLSX_TYPE,
      handler: async () => download(await writeTable('资产', ASSET_COLUMNS, []), '资产导入模板.xlsx', XLSX_TYPE),
    }),
    defineRoute({
      method: 'get',
      path: '/assets/export',
      summary: '导出资产（xlsx 或 csv） / Export',
      tag,
      permission: 'asset:read',
      query: Query.extend({ format: z.enum(['xlsx', 'csv']).default('xlsx') }),
      raw: XLSX_TYPE,
      handler: async ({ actor, query }) => {
        const rows = (await state.read(actor, 'asset:read', (tx) => select(tx, conditions(query), 50_000))).map(
          assetCells,
        );
        return query.format === 'csv'
          ? download(writeCsv(ASSET_COLUMNS, rows), '资产.csv', 'text/csv; charset=utf-8')
          : download(await writeTable('资产', ASSET_COLUMNS, rows), '资产.xlsx', XLSX_TYPE);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/assets/import',
      summary: '导入资产(xlsx、csv)，可先试运行 / Import, with a dry run',
      tag,
      permission: 'asset:write',
      multipart: true,
      maxBodyBytes: IMPORT_LIMIT_BYTES,
      body: ImportBody,
      response: ImportResult,
      handler: async ({ actor, body, files, locale }) => {
        const file = oneFile(files);
        const sheets = await readSheets(file.bytes, file.name);
        const result = await state.write(actor, 'asset:write', (tx, audit) =>
          importAssets(tx, audit, sheets, body, locale, now()),
        );
        if (result.applied) tell(actor);
        return result;
      },
    }),
    defineRoute({
      method: 'post',
      path: '/assets',
      summary: '登记资产 / Register an asset',
      tag,
      permission: 'asset:write',
      body: Create,
      response: Asset,
      status: 201,
      handler: async ({ actor, body }) => {
        const { tenant, ...fields } = body;
        return await state
          .write(actor, 'asset:write', async (tx, audit) => {
            if ((await findInstitution(tx, tenant)) === undefined)
              throw new XinglinError('soc.outside_scope', { tenant });
            await checkReferences(tx, tenant, fields);
            const id = newId();
            await tx
              .insertInto('soc_asset')
              .values({
                system_id: null,
                zone_id: null,
                ...columnsOf(fields),
                id,
                tenant,
                name: body.name,
                kind: body.kind,
                created_at: now(),
                updated_at: now(),
              })
              .execute();
            await audit({
              action: 'asset.create',
              tenant,
              objectType: 'asset',
              objectId: id,
              summary: `登记资产 ${body.name}`,
              after: fields,
            });
            return await one(tx, id);
          })
          .catch(unique(body.name))
          .then(tell);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/assets/{id}',
      summary: '一项资产 / One asset',
      tag,
      permission: 'asset:read',
      params: Id,
      response: Asset,
      handler: ({ actor, params }) => state.read(actor, 'asset:read', (tx) => one(tx, params.id)),
    }),
    defineRoute({
      method: 'patch',
      path: '/assets/{id}',
      summary: '修改资产 / Change an asset',
      tag,
      permission: 'asset:write',
      params: Id,
      body: Patch,
      response: Asset,
      handler: async ({ actor, params, body }) =>
        await state
          .write(actor, 'asset:write', async (tx, audit) => {
            const before = await one(tx, params.id);
            await checkReferences(tx, before.tenant, body);
            await tx
              .updateTable('soc_asset')
              .set({ ...columnsOf(body), updated_at: now() })
              .where('id', '=', params.id)
              .execute();
            await audit({
              action: 'asset.update',
              tenant: before.tenant,
              objectType: 'asset',
              objectId: params.id,
              summary: `修改资产 ${before.name}`,
              before,
              after: body,
            });
            return await one(tx, params.id);
          })
          .catch(unique(body.name))
          .then(tell),
    }),
    defineRoute({
      method: 'delete',
      path: '/assets/{id}',
      summary: '删除资产 / Delete an asset',
      tag,
      permission: 'asset:write',
      params: Id,
      status: 204,
      handler: async ({ actor, params }) => {
        const deleted = await state.write(actor, 'asset:write', async (tx, audit) => {
          const before = await one(tx, params.id);
          await tx.deleteFrom('soc_asset').where('id', '=', params.id).execute();
          await audit({
            action: 'asset.delete',
            tenant: before.tenant,
            objectType: 'asset',
            objectId: params.id,
            summary: `删除资产 ${before.name}`,
            before,
          });
          return before;
        });
        tell(deleted);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

async function select(tx: Tx, where: ReturnType<typeof sql>, limit: number): Promise<AssetRow[]> {
  const { rows } = await sql<AssetRow>`
    select t.*, i.name as institution, s.name as system, z.name as zone,
           (select count(*)::int from soc_alert a where a.asset_id = t.id and a.status <> 'closed' and a.suppressed_by is null) as open_alerts
    from soc_asset t join soc_institution i on i.tenant = t.tenant left join soc_system s on s.id = t.system_id left join soc_zone z on z.id = t.zone_id
    where ${where} order by t.id desc limit ${limit}`.execute(tx);
  return rows;
}

function conditions(query: z.output<typeof Query>): ReturnType<typeof sql> {
  const all = [sql`true`];
  if (query.kind !== undefined) all.push(sql`t.kind = ${query.kind}`);
  if (query.status !== undefined) all.push(sql`t.status = ${query.status}`);
  if (query.zone !== undefined) all.push(sql`t.zone_id = ${query.zone}`);
  if (query.system !== undefined) all.push(sql`t.system_id = ${query.system}`);
  if (query.tenant !== undefined)
    all.push(sql`(t.tenant = ${query.tenant} or starts_with(t.tenant, ${`${query.tenant}.`}))`);
  if (query.q !== undefined && query.q !== '') {
    const like = `%${query.q.replace(/[%_\\]/g, '\\$&')}%`;
    all.push(
      sql`(t.name ilike ${like} or t.department ilike ${like} or t.owner ilike ${like} or array_to_string(t.ips || t.hostnames, ' ') ilike ${like})`,
    );
  }
  return sql.join(all, sql` and `);
}

function toAsset({ system_id, zone_id, open_alerts, ...row }: AssetRow): z.output<typeof Asset> {
  return { ...row, systemId: system_id, zoneId: zone_id, openAlerts: open_alerts };
}

function assetCells(row: AssetRow): Record<string, string | number | string[]> {
  const nameOf = (options: Readonly<Record<string, string>>, value: string): string =>
    Object.keys(options).find((name) => options[name] === value) ?? value;
  const { tenant, name, ips, hostnames, os, importance, department, owner, vendor, note } = row;
  return {
    tenant,
    name,
    ips,
    hostnames,
    os,
    importance,
    department,
    owner,
    vendor,
    note,
    system: row.system ?? '',
    zone: row.zone ?? '',
    kind: nameOf(ASSET_KINDS, row.kind),
    status: nameOf(ASSET_STATUS, row.status),
  };
}

/** A system or zone of another institution is not a place for this one's asset. */
async function checkReferences(tx: Tx, tenant: string, body: z.output<typeof Patch>): Promise<void> {
  for (const [table, id, what] of [
    ['soc_system', body.systemId, '业务系统'],
    ['soc_zone', body.zoneId, '网络区域'],
  ] as const) {
    if (id === undefined || id === null) continue;
    const row = await tx.selectFrom(table).select('tenant').where('id', '=', id).executeTakeFirst();
    if (row?.tenant !== tenant) throw new XinglinError('asset.reference', { what });
  }
}

function columnsOf({ systemId, zoneId, ...rest }: z.output<typeof Patch>): Record<string, unknown> {
  return {
    ...rest,
    ...(systemId === undefined ? {} : { system_id: systemId }),
    ...(zoneId === undefined ? {} : { zone_id: zoneId }),
  };
}
