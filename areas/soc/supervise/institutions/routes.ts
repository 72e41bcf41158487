import { inScope } from '@xinglin/platform/access';
import type { Actor } from '@xinglin/platform/access';
import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import type { ErrorDetail } from '@xinglin/platform/kernel';
import type { Updateable } from 'kysely';
import { z } from 'zod';
import { ImportResult, Institution, PageQuery, page } from '../../contract.ts';
import type { InstitutionTable } from '../../tables.ts';
import { IMPORT_LIMIT_BYTES, ImportBody, download, oneFile } from '../import-run.ts';
import { XLSX_TYPE, readSheets, writeTable } from '../sheet/index.ts';
import { say } from '../text.ts';
import type { Locale } from '../text.ts';
import { checkEmail, checkPhone, checkRegionCode, checkUscc } from '../validate.ts';
import type { Problem } from '../validate.ts';
import { INSTITUTION_COLUMNS, institutionCells } from './columns.ts';
import { importInstitutions } from './import.ts';
import { liveStates, toInstitution } from './store.ts';
import '../errors.ts';

const Fields = Institution.omit({ state: true, parent: true, archived: true, tenant: true }).extend({
  importance: z.number().int().min(1).max(5),
});
const Patch = Fields.partial().extend({ archived: z.boolean().optional() });
const Create = Fields.partial().extend({
  tenant: Institution.shape.tenant,
  name: z.string().min(2).max(100),
  kind: Institution.shape.kind,
});
const TenantParams = z.object({ tenant: Institution.shape.tenant });
const tag = 'institutions';

export function institutionRoutes({ state, bus, now }: Platform): RouteSpec[] {
  const changed = (tenant: string): void => bus.publish({ topic: 'institution.changed', tenant, data: { tenant } });

  return [
    defineRoute({
      method: 'get',
      path: '/institutions',
      summary: '机构树与实时状态 / Institutions with their live state',
      tag,
      permission: 'institution:read',
      query: PageQuery.extend({
        limit: z.coerce.number().int().min(1).max(2000).default(1000),
        kind: Institution.shape.kind.optional(),
        archived: z.stringbool().default(false),
      }),
      response: page(Institution),
      handler: async ({ actor, query }) =>
        await state.read(actor, 'institution:read', async (tx) => {
          let found = tx.selectFrom('soc_institution').selectAll().orderBy('tenant');
          if (!query.archived) found = found.where('archived_at', 'is', null);
          if (query.kind !== undefined) found = found.where('kind', '=', query.kind);
          if (query.tenant !== undefined) {
            const { tenant } = query;
            found = found.where((eb) =>
              eb.or([eb('tenant', '=', tenant), eb('tenant', 'like', `${tenant.replaceAll('_', '\\_')}.%`)]),
            );
          }
          if (query.q !== undefined && query.q !== '') {
            const like = `%${query.q.replace(/[%_\\]/g, '\\$&')}%`;
            found = found.where((eb) =>
              eb.or([
                eb('name', 'ilike', like),
                eb('short_name', 'ilike', like),
                eb('tenant', 'ilike', like),
                eb('uscc', 'ilike', like),
              ]),
            );
          }
          const rows = await found.execute();
          const start = query.cursor === undefined ? 0 : rows.findIndex((row) => row.tenant > (query.cursor ?? ''));
          const shown = start < 0 ? [] : rows.slice(start, start + query.limit);
          const states = await liveStates(tx, now());
          const last = shown.at(-1)?.tenant;
          const more = start >= 0 && start + query.limit < rows.length;
          return {
            items: shown.map((row) => toInstitution(row, states.get(row.tenant))),
            total: rows.length,
            ...(more && last !== undefined ? { next: last } : {}),
          };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/institutions/template',
      summary: '机构导入模板(xlsx) / Template for the import',
      tag,
      permission: 'institution:read',
      raw: XLSX_TYPE,
      handler: async () => download(await writeTable('机构', INSTITUTION_COLUMNS, []), '机构导入模板.xlsx', XLSX_TYPE),
    }),
    defineRoute({
      method: 'get',
      path: '/institutions/export',
      summary: '导出机构(xlsx)，可直接用于导入 / Export, readable by the import',
      tag,
      permission: 'institution:read',
      raw: XLSX_TYPE,
      handler: async ({ actor }) => {
        const rows = await state.read(actor, 'institution:read', (tx) =>
          tx.selectFrom('soc_institution').selectAll().where('archived_at', 'is', null).orderBy('tenant').execute(),
        );
        return download(
          await writeTable('机构', INSTITUTION_COLUMNS, rows.map(institutionCells)),
          '机构.xlsx',
          XLSX_TYPE,
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/institutions/import',
      summary: '导入机构(xlsx、csv)，可先试运行 / Import, with a dry run',
      tag,
      permission: 'institution:write',
      multipart: true,
      maxBodyBytes: IMPORT_LIMIT_BYTES,
      body: ImportBody,
      response: ImportResult,
      handler: async ({ actor, body, files, locale }) => {
        const file = oneFile(files);
        const sheets = await readSheets(file.bytes, file.name);
        const result = await state.write(actor, 'institution:write', (tx, audit) =>
          importInstitutions(tx, audit, sheets, body, locale, actor.scopes.includes('')),
        );
        if (result.applied) changed(actor.tenant);
        return result;
      },
    }),
    defineRoute({
      method: 'post',
      path: '/institutions',
      summary: '新建机构 / Create an institution',
      tag,
      permission: 'institution:write',
      body: Create,
      response: Institution,
      status: 201,
      handler: async ({ actor, body, locale }) => {
        checkFields(body, locale);
        const { tenant } = body;
        const created = await state.write(actor, 'institution:write', async (tx, audit) => {
          const parent = tenant.includes('.') ? tenant.slice(0, tenant.lastIndexOf('.')) : null;
          if (parent === null && !actor.scopes.includes('')) throw new XinglinError('institution.root');
          if (
            parent !== null &&
            (await tx
              .selectFrom('soc_institution')
              .select('tenant')
              .where('tenant', '=', parent)
              .where('archived_at', 'is', null)
              .executeTakeFirst()) === undefined
          )
            throw new XinglinError('institution.no_parent', { parent });
          const row = await tx
            .insertInto('soc_institution')
            .values({
              ...columnsOf(body),
              tenant,
              parent,
              name: body.name,
              short_name: body.shortName ?? body.name,
              kind: body.kind,
            })
            .onConflict((conflict) => conflict.doNothing())
            .returningAll()
            .executeTakeFirst();
          if (row === undefined) throw new XinglinError('institution.exists', { tenant });
          await audit({
            action: 'institution.create',
            tenant,
            objectType: 'institution',
            objectId: tenant,
            summary: `新建机构 ${row.name}`,
            after: body,
          });
          return row;
        });
        changed(tenant);
        return toInstitution(created);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/institutions/{tenant}',
      summary: '一家机构 / One institution',
      tag,
      permission: 'institution:read',
      params: TenantParams,
      response: Institution,
      handler: async ({ actor, params }) =>
        await state.read(actor, 'institution:read', async (tx) => {
          const row = await tx
            .selectFrom('soc_institution')
            .selectAll()
            .where('tenant', '=', params.tenant)
            .executeTakeFirst();
          if (row === undefined) throw notFound(params.tenant);
          return toInstitution(row, (await liveStates(tx, now())).get(row.tenant));
        }),
    }),
    defineRoute({
      method: 'patch',
      path: '/institutions/{tenant}',
      summary: '修改或停用机构 / Change or archive an institution',
      tag,
      permission: 'institution:write',
      params: TenantParams,
      body: Patch,
      response: Institution,
      handler: async ({ actor, params, body, locale }) => {
        const { tenant } = params;
        requireScope(actor, tenant);
        checkFields(body, locale);
        const row = await state.write(actor, 'institution:write', async (tx, audit) => {
          const before = await tx
            .selectFrom('soc_institution')
            .selectAll()
            .where('tenant', '=', tenant)
            .forUpdate()
            .executeTakeFirst();
          if (before === undefined) throw notFound(tenant);
          if (body.archived === true) {
            const below = await tx
              .selectFrom('soc_institution')
              .select('tenant')
              .where('parent', '=', tenant)
              .where('archived_at', 'is', null)
              .execute();
            if (below.length > 0)
              throw new XinglinError('institution.in_use', {
                tenant,
                what: ` ${below.length} 家下级机构 / ${below.length} institutions below it`,
              });
          }
          const archived =
            body.archived === undefined ? {} : { archived_at: body.archived ? (before.archived_at ?? now()) : null };
          const after = await tx
            .updateTable('soc_institution')
            .set({ ...columnsOf(body), ...archived, updated_at: now() })
            .where('tenant', '=', tenant)
            .returningAll()
            .executeTakeFirstOrThrow();
          await audit({
            action: body.archived === true ? 'institution.archive' : 'institution.update',
            tenant,
            objectType: 'institution',
            objectId: tenant,
            summary: `${body.archived === true ? '停用' : '修改'}机构 ${after.name}`,
            before: pick(toInstitution(before), Object.keys(body)),
            after: body,
          });
          return after;
        });
        changed(tenant);
        return toInstitution(row);
      },
    }),
  ];
}

export const notFound = (tenant: string): XinglinError =>
  new XinglinError('resource.not_found', { what: '机构', id: tenant });

export function requireScope(actor: Actor, tenant: string): void {
  if (!inScope(actor, tenant)) throw new XinglinError('soc.outside_scope', { tenant });
}

export function pick(record: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => key in record).map((key) => [key, record[key]]));
}

/** The checks a schema cannot say well; every wrong field is named at once. */
function checkFields(body: z.output<typeof Patch>, locale: Locale): void {
  const details: ErrorDetail[] = [];
  const check = (path: string, value: string | undefined, rule: (text: string) => Problem | undefined): void => {
    const found = value === undefined || value === '' ? undefined : rule(value);
    if (found !== undefined)
      details.push({ path, message: `${say(found.message, locale)};${say(found.remedy, locale)}` });
  };
  check('body.uscc', body.uscc, checkUscc);
  check('body.regionCode', body.regionCode, checkRegionCode);
  for (const [index, contact] of (body.contacts ?? []).entries()) {
    check(`body.contacts.${index}.phone`, contact.phone, checkPhone);
    check(`body.contacts.${index}.email`, contact.email, checkEmail);
  }
  if (details[0] !== undefined)
    throw new XinglinError('institution.invalid', { reason: details[0].message }, { details });
}

function columnsOf(body: z.output<typeof Patch>): Updateable<InstitutionTable> {
  const columns: Updateable<InstitutionTable> = {};
  if (body.name !== undefined) columns.name = body.name;
  if (body.shortName !== undefined) columns.short_name = body.shortName;
  if (body.kind !== undefined) columns.kind = body.kind;
  if (body.level !== undefined) columns.level = body.level;
  if (body.importance !== undefined) columns.importance = body.importance;
  if (body.regionCode !== undefined) columns.region_code = body.regionCode;
  if (body.uscc !== undefined) columns.uscc = body.uscc;
  if (body.address !== undefined) columns.address = body.address;
  if (body.longitude !== undefined) columns.longitude = body.longitude;
  if (body.latitude !== undefined) columns.latitude = body.latitude;
  if (body.beds !== undefined) columns.beds = body.beds;
  if (body.contacts !== undefined) columns.contacts = JSON.stringify(body.contacts);
  if (body.documentCode !== undefined) columns.document_code = body.documentCode;
  if (body.operatorType !== undefined) columns.operator_type = body.operatorType;
  return columns;
}
