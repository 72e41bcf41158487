import type { Updateable } from 'kysely';
import { canonicalJson } from '@xinglin/platform/state';
import type { Audit, Tx } from '@xinglin/platform/state';
import type { Sheet } from '../sheet/index.ts';
import { readTable } from '../sheet/index.ts';
import type { TableRow } from '../sheet/index.ts';
import { ImportRun } from '../import-run.ts';
import type { ImportOptions } from '../import-run.ts';
import type { ImportResult } from '../../contract.ts';
import type { InstitutionTable } from '../../tables.ts';
import type { Locale } from '../text.ts';
import { INSTITUTION_COLUMNS } from './columns.ts';
import type { InstitutionRow } from './store.ts';

/** What a row of the table says; a cell left empty says nothing. */
interface Cells {
  code: string;
  parent?: string;
  name: string;
  shortName?: string;
  kind: InstitutionTable['kind'];
  level?: string;
  importance?: number;
  regionCode?: string;
  uscc?: string;
  address?: string;
  longitude?: number;
  latitude?: number;
  beds?: number;
  contactName?: string;
  contactPost?: string;
  contactPhone?: string;
  contactEmail?: string;
  documentCode?: string;
  operatorType?: InstitutionRow['operator_type'];
}

interface Planned {
  readonly row: TableRow;
  readonly tenant: string;
  readonly parent: string | null;
  readonly cells: Cells;
}

/**
 * Imports institutions: new ones are created, known ones updated where the row has a value. Parents may stand in the same table. The caller's
 * transaction sees only the actor's subtree, so a parent outside it does not exist here.
 */
export async function importInstitutions(
  tx: Tx,
  audit: Audit,
  sheets: readonly Sheet[],
  options: ImportOptions,
  locale: Locale,
  mayCreateRoot: boolean,
): Promise<ImportResult> {
  const run = new ImportRun(readTable(sheets, INSTITUTION_COLUMNS, locale), INSTITUTION_COLUMNS, options, locale);
  const existing = new Map(
    (await tx.selectFrom('soc_institution').selectAll().execute()).map((row) => [row.tenant, row]),
  );
  const planned = plan(run, existing, mayCreateRoot);
  const writes = run.writes;
  const changed: string[] = [];
  for (const item of planned
    .filter(({ row }) => run.good.includes(row))
    .toSorted((a, b) => a.tenant.split('.').length - b.tenant.split('.').length)) {
    const known = existing.get(item.tenant);
    if (known === undefined) {
      run.count('created');
      if (writes) await create(tx, item);
      changed.push(item.tenant);
    } else {
      const patch = difference(known, item.cells);
      run.count(Object.keys(patch).length === 0 ? 'unchanged' : 'updated');
      if (Object.keys(patch).length === 0) continue;
      if (writes)
        await tx
          .updateTable('soc_institution')
          .set({ ...patch, updated_at: new Date() })
          .where('tenant', '=', item.tenant)
          .execute();
      changed.push(item.tenant);
    }
  }
  const result = run.result(writes);
  await audit({
    action: options.dryRun ? 'institution.import_check' : 'institution.import',
    tenant: planned[0]?.tenant ?? '',
    objectType: 'institution',
    objectId: changed[0] ?? '',
    summary: `导入机构：新增 ${result.created}，更新 ${result.updated}，不变 ${result.unchanged}，跳过 ${result.skipped}${writes ? '' : '（未写入）'}`,
    after: { applied: result.applied, tenants: changed.slice(0, 1000) },
  });
  return result;
}

function plan(run: ImportRun, existing: ReadonlyMap<string, InstitutionRow>, mayCreateRoot: boolean): Planned[] {
  const planned: Planned[] = [];
  const rowsOf = new Map<string, number>();
  const codes = new Map([...existing.values()].filter((row) => row.uscc !== '').map((row) => [row.uscc, row.tenant]));
  for (const row of run.good) {
    const cells = row.values as unknown as Cells;
    const whole = cells.code.includes('.') || cells.parent === undefined;
    const tenant = whole ? cells.code : `${cells.parent}.${cells.code}`;
    const parent = tenant.includes('.') ? tenant.slice(0, tenant.lastIndexOf('.')) : null;
    if (cells.parent !== undefined && cells.parent !== parent) {
      run.error(
        row,
        'parent',
        {
          zh: `编码 ${tenant} 的上级应为 ${parent ?? '（无）'}，表中写的是 ${cells.parent}`,
          en: `The parent of ${tenant} is ${parent ?? '(none)'}, not ${cells.parent}`,
        },
        { zh: '改正其中一列', en: 'Correct one of the two columns' },
      );
      continue;
    }
    const before = rowsOf.get(tenant);
    if (before !== undefined) {
      run.error(
        row,
        'code',
        { zh: `与第 ${before} 行重复`, en: `Same as row ${before}` },
        { zh: '删除其中一行', en: 'Delete one of them' },
      );
      continue;
    }
    rowsOf.set(tenant, row.row);
    const owner = cells.uscc === undefined ? undefined : codes.get(cells.uscc);
    if (owner !== undefined && owner !== tenant)
      run.warning(
        row,
        'uscc',
        { zh: `与机构 ${owner} 的信用代码相同`, en: `${owner} has the same credit code` },
        { zh: '若为同一法人的分院可忽略', en: 'Ignore it for branches of one legal person' },
      );
    else if (cells.uscc !== undefined) codes.set(cells.uscc, tenant);
    planned.push({ row, tenant, parent, cells });
  }
  // A row whose parent is refused is refused too; going by depth carries that all the way down.
  const coming = new Set<string>();
  for (const item of planned.toSorted((a, b) => a.tenant.split('.').length - b.tenant.split('.').length)) {
    if (existing.has(item.tenant)) continue;
    const parent =
      item.parent === null
        ? undefined
        : (existing.get(item.parent) ?? (coming.has(item.parent) ? 'coming' : undefined));
    if (item.parent === null && !mayCreateRoot)
      run.error(
        item.row,
        'code',
        { zh: '只有系统管理员可以建立顶级机构', en: 'Only a system administrator may create a top institution' },
        { zh: '补上上级机构编码', en: 'Give the parent' },
      );
    else if (item.parent !== null && parent === undefined)
      run.error(
        item.row,
        'parent',
        {
          zh: `上级机构 ${item.parent} 不存在或不在您的管辖范围内`,
          en: `The parent ${item.parent} does not exist or is outside your scope`,
        },
        { zh: '先建立上级机构，或在本表中加上它', en: 'Create it first, or add it to the table' },
      );
    else coming.add(item.tenant);
  }
  return planned;
}

async function create(tx: Tx, { tenant, parent, cells }: Planned): Promise<void> {
  await tx
    .insertInto('soc_institution')
    .values({
      tenant,
      parent,
      name: cells.name,
      short_name: cells.shortName ?? cells.name,
      kind: cells.kind,
      longitude: cells.longitude ?? null,
      latitude: cells.latitude ?? null,
      beds: cells.beds ?? null,
      ...(cells.level === undefined ? {} : { level: cells.level }),
      ...(cells.importance === undefined ? {} : { importance: cells.importance }),
      ...(cells.regionCode === undefined ? {} : { region_code: cells.regionCode }),
      ...(cells.uscc === undefined ? {} : { uscc: cells.uscc }),
      ...(cells.address === undefined ? {} : { address: cells.address }),
      ...(cells.documentCode === undefined ? {} : { document_code: cells.documentCode }),
      ...(cells.operatorType === undefined ? {} : { operator_type: cells.operatorType }),
      contacts: JSON.stringify(contactsWith([], cells)),
    })
    .execute();
}

function contactsWith(contacts: InstitutionRow['contacts'], cells: Cells): InstitutionRow['contacts'] {
  const { contactName, contactPost, contactPhone, contactEmail } = cells;
  if (
    contactName === undefined &&
    contactPhone === undefined &&
    contactEmail === undefined &&
    contactPost === undefined
  )
    return contacts;
  const [first, ...rest] = contacts;
  return [
    {
      name: contactName ?? first?.name ?? '',
      post: contactPost ?? first?.post ?? '',
      phone: contactPhone ?? first?.phone ?? '',
      email: contactEmail ?? first?.email ?? '',
      duty: first?.duty ?? true,
    },
    ...rest,
  ];
}

/** Only what the row says and the database does not. */
function difference(known: InstitutionRow, cells: Cells): Updateable<InstitutionTable> {
  const patch: Record<string, unknown> = {};
  const compare = (column: keyof InstitutionRow, value: unknown): void => {
    if (value !== undefined && known[column] !== value) patch[column] = value;
  };
  compare('name', cells.name);
  compare('short_name', cells.shortName);
  compare('kind', cells.kind);
  compare('level', cells.level);
  compare('importance', cells.importance);
  compare('region_code', cells.regionCode);
  compare('uscc', cells.uscc);
  compare('address', cells.address);
  compare('longitude', cells.longitude);
  compare('latitude', cells.latitude);
  compare('beds', cells.beds);
  compare('document_code', cells.documentCode);
  compare('operator_type', cells.operatorType);
  const contacts = contactsWith(known.contacts, cells);
  if (canonicalJson(contacts) !== canonicalJson(known.contacts)) patch.contacts = JSON.stringify(contacts);
  if (known.archived_at !== null) patch.archived_at = null;
  return patch;
}
