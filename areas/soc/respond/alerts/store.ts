import { sql } from 'kysely';
import type { Tx } from '@xinglin/platform/state';
import { XinglinError, newId } from '@xinglin/platform/kernel';
import type { Level } from '../../contract.ts';
import type { StoredEntity } from '../../tables.ts';
import type { EntityRole, EntityType } from '../context/entities.ts';
import { severityOf } from '../context/severity.ts';
import { FIRST_EVIDENCE, LATEST_EVIDENCE, mergeDrafts } from './draft.ts';
import type { AlertDraft, EventKey } from './draft.ts';
import { contains, formatRanges, parseRanges, rangesOf, union } from './ranges.ts';
import type { Ranges } from './ranges.ts';
import { snapshot } from './snapshot.ts';
import type {} from '../tables.ts';

/** The texts of an alert, from the rule book, the indicator or the silent source. */
export interface AlertHead {
  readonly tenant: string;
  readonly kind: 'rule' | 'correlation' | 'intel' | 'silence';
  readonly ruleId: string;
  readonly title: string;
  readonly titleZh: string;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly remediation: string;
  readonly remediationZh: string;
}

export interface KeyedDraft {
  readonly key: string;
  readonly head: AlertHead;
  readonly draft: AlertDraft;
}

export interface ChangedAlert {
  readonly id: string;
  readonly tenant: string;
  readonly kind: AlertHead['kind'];
  readonly ruleId: string;
  readonly title: string;
  readonly titleZh: string;
  readonly level: Level;
  readonly severity: number;
  readonly count: number;
  readonly isNew: boolean;
}

export interface LedgerKey {
  readonly key: string;
  readonly batch: string;
}

const ledgerId = (entry: LedgerKey): string => `${entry.key}\0${entry.batch}`;

/** Which events of which batches each key has counted already. */
export async function readLedger(tx: Tx, keys: readonly LedgerKey[]): Promise<Map<string, Ranges>> {
  const result = await sql<{ dedup_key: string; batch: string; seqs: string }>`
    select l.dedup_key, l.batch, l.seqs::text as seqs
    from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as w(key text, batch text)
    join soc_alert_ledger l on l.dedup_key = w.key and l.batch = w.batch
    for update of l`.execute(tx);
  return new Map(result.rows.map((row) => [ledgerId({ key: row.dedup_key, batch: row.batch }), parseRanges(row.seqs)]));
}

export function isCounted(
  ledger: ReadonlyMap<string, Ranges>,
  key: string,
  event: Pick<EventKey, 'batch' | 'seq'>,
): boolean {
  const ranges = ledger.get(ledgerId({ key, batch: event.batch }));
  return ranges !== undefined && contains(ranges, event.seq);
}

/** Adds events to the ledger. With several processes the same batch may be written twice at once; the union settles it. */
export async function writeLedger(
  tx: Tx,
  at: Date,
  ledger: ReadonlyMap<string, Ranges>,
  counted: readonly { key: string; tenant: string; events: readonly Pick<EventKey, 'batch' | 'seq'>[] }[],
): Promise<void> {
  const rows: { dedup_key: string; batch: string; tenant: string; seqs: string }[] = [];
  for (const { key, tenant, events } of counted) {
    for (const [batch, items] of Map.groupBy(events, (event) => event.batch)) {
      const before = ledger.get(ledgerId({ key, batch })) ?? [];
      const seqs = union(before, rangesOf(items.map((item) => item.seq)));
      rows.push({ dedup_key: key, batch, tenant, seqs: formatRanges(seqs) });
    }
  }
  if (rows.length === 0) return;
  await sql`
    insert into soc_alert_ledger (dedup_key, batch, tenant, seqs, at)
    select dedup_key, batch, tenant, seqs::int4multirange, ${at}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(dedup_key text, batch text, tenant text, seqs text)
    on conflict (dedup_key, batch) do update set seqs = soc_alert_ledger.seqs + excluded.seqs, at = excluded.at`.execute(
    tx,
  );
}

interface OpenRow {
  id: string;
  dedup_key: string;
  level: Level;
  count: number;
  first_seen: Date;
  last_seen: Date;
  entities: StoredEntity[];
  asset_id: string | null;
  system_id: string | null;
  sources: string[];
  explanation: Record<string, unknown>;
}

/**
 * Adds drafts to the open alerts of their keys, or opens alerts. A handful of statements whatever the number of alerts. Throws
 * `resource.conflict` when another process opened one of the alerts in the meantime: run the transaction again.
 */
export async function saveDrafts(
  tx: Tx,
  now: Date,
  all: readonly KeyedDraft[],
  options: { /** Leave alerts that are open already as they are. */ readonly onlyNew?: boolean } = {},
): Promise<ChangedAlert[]> {
  const open = await readOpen(tx, all);
  const drafts = options.onlyNew === true ? all.filter((item) => !open.has(item.key)) : all;
  if (drafts.length === 0) return [];
  const rows = drafts.map((item) => {
    const before = open.get(item.key);
    return alertRow(item, before === undefined ? item.draft : mergeDrafts(draftOfRow(before), item.draft), before?.id);
  });
  const fresh = rows.filter((row) => row.isNew);
  const grown = rows.filter((row) => !row.isNew);
  await addPrevious(tx, fresh);
  if (fresh.length > 0) await insertAlerts(tx, now, fresh);
  if (grown.length > 0) await updateAlerts(tx, now, grown);
  await saveEntities(tx, rows);
  await saveEvidence(tx, drafts, rows);
  return rows.map(({ row, isNew }) => ({
    id: row.id,
    tenant: row.tenant,
    kind: row.kind,
    ruleId: row.rule_id,
    title: row.title,
    titleZh: row.title_zh,
    level: row.level,
    severity: row.severity,
    count: row.count,
    isNew,
  }));
}

type AlertRow = ReturnType<typeof alertRow>;

function alertRow({ key, head, draft }: KeyedDraft, sum: AlertDraft, id: string | undefined) {
  const parts = severityOf(sum.level, sum.asset?.importance, sum.confidence);
  // What the next merge needs to know of the asset beyond its id travels in the explanation.
  const explanation: Record<string, unknown> = {
    ...sum.explanation,
    severity: { ...parts, rank: sum.asset?.rank ?? 0 },
  };
  return {
    isNew: id === undefined,
    evidence: draft.evidence,
    row: {
      id: id ?? newId(),
      tenant: head.tenant,
      kind: head.kind,
      rule_id: head.ruleId,
      title: head.title,
      title_zh: head.titleZh,
      level: sum.level,
      severity: parts.severity,
      dedup_key: key,
      count: sum.count,
      first_seen: new Date(sum.firstSeen).toISOString(),
      last_seen: new Date(sum.lastSeen).toISOString(),
      entities: sum.entities,
      techniques: head.techniques,
      tactics: head.tactics,
      asset_id: sum.asset?.assetId ?? null,
      system_id: sum.asset?.systemId ?? null,
      sources: sum.sources,
      explanation,
      remediation_zh: head.remediationZh,
      remediation: head.remediation,
    },
  };
}

function draftOfRow(row: OpenRow): AlertDraft {
  const severity = (row.explanation['severity'] ?? {}) as { importance?: number; rank?: number; confidence?: number };
  const event = (row.explanation['event'] ?? {}) as Partial<EventKey>;
  const { severity: _, ...explanation } = row.explanation;
  return {
    count: row.count,
    firstSeen: row.first_seen.getTime(),
    lastSeen: row.last_seen.getTime(),
    entities: row.entities.map((entity) => ({
      type: entity.type as EntityType,
      value: entity.value,
      role: entity.role as EntityRole,
      count: entity.count ?? 1,
    })),
    level: row.level,
    asset:
      row.asset_id === null
        ? undefined
        : {
            assetId: row.asset_id,
            systemId: row.system_id,
            importance: severity.importance ?? 3,
            rank: severity.rank ?? 0,
          },
    confidence: severity.confidence,
    sources: row.sources,
    explanation,
    explained: { ts: event.ts ?? row.first_seen.getTime(), batch: event.batch ?? '', seq: event.seq ?? 0 },
    evidence: [],
  };
}

async function readOpen(tx: Tx, drafts: readonly KeyedDraft[]): Promise<Map<string, OpenRow>> {
  if (drafts.length === 0) return new Map();
  const keys = drafts.map((item) => item.key);
  // In order of key, so that two processes that add to the same alerts wait for each other instead of deadlocking.
  const result = await sql<OpenRow>`
    select id, dedup_key, level, count, first_seen, last_seen, entities, asset_id, system_id, sources, explanation
    from soc_alert where dedup_key = any(${keys}::text[]) and status <> 'closed'
    order by dedup_key for update`.execute(tx);
  return new Map(result.rows.map((row) => [row.dedup_key, row]));
}

/** A new alert says what was decided about the last one of its key. */
async function addPrevious(tx: Tx, fresh: readonly AlertRow[]): Promise<void> {
  if (fresh.length === 0) return;
  const keys = fresh.map((item) => item.row.dedup_key);
  const result = await sql<{
    dedup_key: string;
    id: string;
    verdict: string;
    verdict_reason: string;
    verdict_at: Date | null;
  }>`
    select distinct on (dedup_key) dedup_key, id, verdict, verdict_reason, verdict_at
    from soc_alert where dedup_key = any(${keys}::text[]) and status = 'closed' and verdict is not null
    order by dedup_key, created_at desc`.execute(tx);
  const previous = new Map(result.rows.map((row) => [row.dedup_key, row]));
  for (const { row } of fresh) {
    const last = previous.get(row.dedup_key);
    if (last === undefined) continue;
    row.explanation['previous'] = {
      alertId: last.id,
      verdict: last.verdict,
      reason: last.verdict_reason,
      at: last.verdict_at?.toISOString(),
    };
  }
}

const COLUMNS =
  sql.raw(`r(id text, tenant text, kind text, rule_id text, title text, title_zh text, level text, severity smallint, dedup_key text,
  count bigint, first_seen timestamptz, last_seen timestamptz, entities jsonb, techniques text[], tactics text[], asset_id text, system_id text,
  sources text[], explanation jsonb, remediation_zh text, remediation text)`);

async function insertAlerts(tx: Tx, now: Date, fresh: readonly AlertRow[]): Promise<void> {
  // An asset deleted since it was looked up is left out rather than failing the flush.
  const result = await sql<{ id: string }>`
    insert into soc_alert (id, tenant, kind, rule_id, title, title_zh, level, severity, dedup_key, count, first_seen, last_seen, entities, techniques,
      tactics, asset_id, system_id, sources, explanation, remediation_zh, remediation, created_at, updated_at)
    select r.id, r.tenant, r.kind, r.rule_id, r.title, r.title_zh, r.level, r.severity, r.dedup_key, r.count, r.first_seen, r.last_seen, r.entities,
      r.techniques, r.tactics, a.id, s.id, r.sources, r.explanation, r.remediation_zh, r.remediation, ${now}, ${now}
    from jsonb_to_recordset(${JSON.stringify(fresh.map((item) => item.row))}::jsonb) as ${COLUMNS}
    left join soc_asset a on a.id = r.asset_id left join soc_system s on s.id = r.system_id
    on conflict (dedup_key) where status <> 'closed' do nothing
    returning id`.execute(tx);
  if (result.rows.length !== fresh.length) throw new XinglinError('resource.conflict', { what: 'alert' });
}

async function updateAlerts(tx: Tx, now: Date, grown: readonly AlertRow[]): Promise<void> {
  await sql`
    update soc_alert t set level = r.level, severity = r.severity, count = r.count, first_seen = r.first_seen, last_seen = r.last_seen,
      entities = r.entities, asset_id = a.id, system_id = s.id, sources = r.sources, explanation = r.explanation,
      -- A hit that no suppression hides brings the alert back.
      suppressed_by = null, updated_at = ${now},
      -- New entities may connect it to a story it did not belong to.
      correlated_at = case when t.incident_id is null and jsonb_array_length(r.entities) > jsonb_array_length(t.entities) then null else t.correlated_at end
    from jsonb_to_recordset(${JSON.stringify(grown.map((item) => item.row))}::jsonb) as ${COLUMNS}
    left join soc_asset a on a.id = r.asset_id left join soc_system s on s.id = r.system_id
    where t.id = r.id`.execute(tx);
}

async function saveEntities(tx: Tx, rows: readonly AlertRow[]): Promise<void> {
  const entities = rows.flatMap(({ row }) =>
    row.entities.map((entity) => ({ alert_id: row.id, tenant: row.tenant, ...entity })),
  );
  if (entities.length === 0) return;
  await sql`
    insert into soc_alert_entity (alert_id, tenant, type, value, role, count)
    select alert_id, tenant, type, value, role, count
    from jsonb_to_recordset(${JSON.stringify(entities)}::jsonb) as r(alert_id text, tenant text, type text, value text, role text, count bigint)
    on conflict (alert_id, type, value, role) do update set count = excluded.count where soc_alert_entity.count <> excluded.count`.execute(
    tx,
  );
}

/** Keeps the first and the latest events of each alert, by (time, batch, seq), whatever the order of arrival. */
async function saveEvidence(tx: Tx, drafts: readonly KeyedDraft[], rows: readonly AlertRow[]): Promise<void> {
  const evidence = rows.flatMap(({ row }, index) =>
    (drafts[index]?.draft.evidence ?? []).map((item) => ({
      alert_id: row.id,
      tenant: row.tenant,
      batch: item.batch,
      seq: item.seq,
      ts: new Date(item.ts).toISOString(),
      event: snapshot(item.event),
    })),
  );
  if (evidence.length === 0) return;
  await sql`
    insert into soc_alert_event (alert_id, tenant, batch, seq, ts, event)
    select alert_id, tenant, batch, seq, ts, event
    from jsonb_to_recordset(${JSON.stringify(evidence)}::jsonb)
      as r(alert_id text, tenant text, batch text, seq integer, ts timestamptz, event jsonb)
    on conflict do nothing`.execute(tx);
  const ids = rows
    .filter(({ row }) => row.count > FIRST_EVIDENCE + LATEST_EVIDENCE || row.kind === 'correlation')
    .map(({ row }) => row.id);
  if (ids.length === 0) return;
  await sql`
    delete from soc_alert_event e using (
      select alert_id, batch, seq,
        row_number() over (partition by alert_id order by ts, batch collate "C", seq) as early,
        row_number() over (partition by alert_id order by ts desc, batch collate "C" desc, seq desc) as late
      from soc_alert_event where alert_id = any(${ids}::text[])
    ) r
    where e.alert_id = r.alert_id and e.batch = r.batch and e.seq = r.seq and r.early > ${FIRST_EVIDENCE} and r.late > ${LATEST_EVIDENCE}`.execute(
    tx,
  );
}

/** A silent source's alert ends with the silence. Returns the alert closed, if one was open. */
export async function closeByKey(
  tx: Tx,
  now: Date,
  key: string,
  reason: string,
): Promise<{ id: string; incidentId: string | null } | undefined> {
  const row = await tx
    .updateTable('soc_alert')
    .set({ status: 'closed', verdict_reason: reason, updated_at: now })
    .where('dedup_key', '=', key)
    .where('status', '<>', 'closed')
    .returning(['id', 'incident_id'])
    .executeTakeFirst();
  return row && { id: row.id, incidentId: row.incident_id };
}

/** Ledger rows are needed only as long as hits may be handed over again. */
export async function pruneLedger(tx: Tx, before: Date): Promise<number> {
  const result = await tx.deleteFrom('soc_alert_ledger').where('at', '<', before).executeTakeFirst();
  return Number(result.numDeletedRows);
}
