import { newId } from '@xinglin/platform/kernel';
import { canonicalJson } from '@xinglin/platform/state';
import type { Audit, Tx } from '@xinglin/platform/state';
import type { Selectable } from 'kysely';
import type { ImportResult } from '../../contract.ts';
import type { AssetTable } from '../../tables.ts';
import { ImportRun } from '../import-run.ts';
import type { ImportOptions } from '../import-run.ts';
import { readTable } from '../sheet/index.ts';
import type { Sheet, TableRow } from '../sheet/index.ts';
import type { Locale } from '../text.ts';
import { ASSET_COLUMNS } from './columns.ts';

interface Cells {
  tenant: string;
  name: string;
  kind: AssetTable['kind'];
  ips?: string[];
  hostnames?: string[];
  os?: string;
  system?: string;
  zone?: string;
  importance?: number;
  department?: string;
  owner?: string;
  vendor?: string;
  status?: Selectable<AssetTable>['status'];
  note?: string;
}

const key = (tenant: string, name: string): string => `${tenant}\n${name}`;

/** Imports assets: found by institution and name; new ones are created, known ones updated where the row has a value. */
export async function importAssets(
  tx: Tx,
  audit: Audit,
  sheets: readonly Sheet[],
  options: ImportOptions,
  locale: Locale,
  now: Date,
): Promise<ImportResult> {
  const run = new ImportRun(readTable(sheets, ASSET_COLUMNS, locale), ASSET_COLUMNS, options, locale);
  const institutions = await tx
    .selectFrom('soc_institution')
    .select(['tenant', 'name', 'short_name'])
    .where('archived_at', 'is', null)
    .execute();
  const tenantOf = new Map<string, string | null>();
  for (const { tenant, name, short_name } of institutions) {
    tenantOf.set(tenant, tenant);
    // A name that two institutions share names neither.
    for (const alias of new Set([name, short_name]))
      tenantOf.set(alias, tenantOf.has(alias) && tenantOf.get(alias) !== tenant ? null : tenant);
  }
  const idsOf = async (table: 'soc_system' | 'soc_zone'): Promise<Map<string, string>> =>
    new Map(
      (await tx.selectFrom(table).select(['id', 'tenant', 'name']).execute()).map((row) => [
        key(row.tenant, row.name),
        row.id,
      ]),
    );
  const systems = await idsOf('soc_system');
  const zones = await idsOf('soc_zone');
  const existing = new Map(
    (await tx.selectFrom('soc_asset').selectAll().execute()).map((row) => [key(row.tenant, row.name), row]),
  );
  const holders = new Map<string, string>();
  for (const row of existing.values())
    if (row.status !== 'retired') for (const ip of row.ips) holders.set(key(row.tenant, ip), row.name);

  const seen = new Map<string, number>();
  const planned: { row: TableRow; tenant: string; cells: Cells; columns: Record<string, unknown> }[] = [];
  for (const row of run.good) {
    const cells = row.values as unknown as Cells;
    const tenant = tenantOf.get(cells.tenant);
    if (tenant === undefined || tenant === null) {
      run.error(
        row,
        'tenant',
        tenant === null
          ? { zh: `有多家机构叫“${cells.tenant}”`, en: `Several institutions are called '${cells.tenant}'` }
          : {
              zh: `机构“${cells.tenant}”不存在或不在您的管辖范围内`,
              en: `'${cells.tenant}' does not exist or is outside your scope`,
            },
        { zh: '填机构编码，可从机构导出表中复制', en: 'Give the institution code; the institution export has it' },
      );
      continue;
    }
    const before = seen.get(key(tenant, cells.name));
    if (before !== undefined) {
      run.error(
        row,
        'name',
        { zh: `与第 ${before} 行重复`, en: `Same as row ${before}` },
        { zh: '删除其中一行，或改名', en: 'Delete one of them or rename it' },
      );
      continue;
    }
    seen.set(key(tenant, cells.name), row.row);
    for (const [column, ids, what] of [
      ['system', systems, '业务系统'],
      ['zone', zones, '网络区域'],
    ] as const) {
      const name = cells[column];
      if (name !== undefined && !ids.has(key(tenant, name)))
        run.error(
          row,
          column,
          { zh: `${what}“${name}”在该机构未登记`, en: `'${name}' is not registered in this institution` },
          { zh: `先登记${what}，或留空`, en: 'Register it first, or leave the cell empty' },
        );
    }
    for (const ip of cells.ips ?? []) {
      const holder = holders.get(key(tenant, ip));
      if (holder !== undefined && holder !== cells.name)
        run.warning(
          row,
          'ips',
          { zh: `地址 ${ip} 已登记在“${holder}”名下`, en: `${ip} belongs to '${holder}' already` },
          { zh: '核对是否重复登记；虚拟地址可忽略', en: 'Check for a double entry; ignore it for a virtual address' },
        );
      holders.set(key(tenant, ip), cells.name);
    }
    const { tenant: _tenant, name: _name, system, zone, ...rest } = cells;
    planned.push({
      row,
      tenant,
      cells,
      columns: {
        ...rest,
        ...(system === undefined ? {} : { system_id: systems.get(key(tenant, system)) }),
        ...(zone === undefined ? {} : { zone_id: zones.get(key(tenant, zone)) }),
      },
    });
  }

  const { writes } = run;
  const good = new Set(run.good);
  for (const { row, tenant, cells, columns } of planned) {
    if (!good.has(row)) continue;
    const known = existing.get(key(tenant, cells.name));
    if (known === undefined) {
      run.count('created');
      if (writes)
        await tx
          .insertInto('soc_asset')
          .values({
            system_id: null,
            zone_id: null,
            ...columns,
            id: newId(),
            tenant,
            name: cells.name,
            kind: cells.kind,
            created_at: now,
            updated_at: now,
          })
          .execute();
      continue;
    }
    const patch = Object.fromEntries(
      Object.entries(columns).filter(
        ([column, value]) => canonicalJson(value) !== canonicalJson(known[column as keyof typeof known]),
      ),
    );
    run.count(Object.keys(patch).length === 0 ? 'unchanged' : 'updated');
    if (writes && Object.keys(patch).length > 0)
      await tx
        .updateTable('soc_asset')
        .set({ ...patch, updated_at: now })
        .where('id', '=', known.id)
        .execute();
  }
  const result = run.result(writes);
  await audit({
    action: options.dryRun ? 'asset.import_check' : 'asset.import',
    tenant: planned[0]?.tenant ?? '',
    objectType: 'asset',
    objectId: '',
    summary: `导入资产：新增 ${result.created}，更新 ${result.updated}，不变 ${result.unchanged}，跳过 ${result.skipped}${writes ? '' : '（未写入）'}`,
    after: { applied: result.applied, tenants: [...new Set(planned.map((item) => item.tenant))] },
  });
  return result;
}
