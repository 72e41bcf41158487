import type { Platform, Service } from '@xinglin/platform/http';
import type { Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { isTransient } from '../alerts/aggregator.ts';
import type { ChangedAlert } from '../alerts/store.ts';
import { readAssetNames, readCandidates, readPending } from './candidates.ts';
import type { PendingAlert } from './candidates.ts';
import { decide } from './decide.ts';
import type { Decision, Scored } from './decide.ts';
import { CORRELATION, addEntry, assignAlerts, mergeInto, openIncident, refreshIncident } from './store.ts';
import type { IncidentFacts } from './store.ts';

const PER_ROUND = 100;
const LARGE = 50;
/** Also looks by itself: what a crash left, or another process wrote. */
const SWEEP_MS = 5_000;
const SETTLE_MS = 100;

export interface Correlator extends Service {
  /** New or grown alerts are durable: look at them soon. */
  nudge(alerts: readonly ChangedAlert[]): void;
  /** Looks at everything that waits, now. */
  settle(): Promise<void>;
}

/**
 * Joins alerts into incidents. The queue is the table itself (`correlated_at is null`), so nothing is forgotten by a crash; one
 * institution at a time is locked, so several processes never decide about the same story at once.
 */
export function createCorrelator(platform: Pick<Platform, 'state' | 'log' | 'metrics' | 'now' | 'bus'>): Correlator {
  const { state, log, metrics, now, bus } = platform;
  const decisions = metrics.counter('xinglin_incident_decisions_total', 'What became of alerts in correlation', [
    'decision',
  ]);
  const seconds = metrics.histogram('xinglin_incident_round_seconds', 'Time of one round of correlation');
  const grown = new Set<string>();
  let sweep: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;

  function run(): Promise<void> {
    again = true;
    running ??= (async () => {
      while (again) {
        again = false;
        await round();
      }
    })().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function round(): Promise<void> {
    const waiting = await state.machine(async (tx) => {
      const result = await sql<{ tenant: string }>`
        select distinct tenant from soc_alert
        where correlated_at is null and status <> 'closed' and suppressed_by is null and incident_id is null and kind <> 'silence'`.execute(
        tx,
      );
      return result.rows;
    });
    let failure: unknown;
    for (const { tenant } of waiting) {
      const began = performance.now();
      try {
        const { taken, changed } = await retried(() => state.machine((tx) => correlateTenant(tx, tenant)));
        if (taken === PER_ROUND) again = true;
        tell(changed);
      } catch (error) {
        // One institution's trouble does not hold up the others.
        log.error({ err: error, tenant }, 'alerts could not be correlated; they wait');
        failure = error;
      }
      seconds.observe((performance.now() - began) / 1000);
    }
    const ids = [...grown].slice(0, 200);
    for (const id of ids) grown.delete(id);
    if (ids.length > 0) tell(await retried(() => state.machine((tx) => refreshGrown(tx, ids))));
    if (failure !== undefined) throw failure;
  }

  async function correlateTenant(tx: Tx, tenant: string): Promise<{ taken: number; changed: IncidentFacts[] }> {
    // NO KEY: rows that refer to the institution may still be written meanwhile.
    await sql`select 1 from soc_institution where tenant = ${tenant} for no key update`.execute(tx);
    const pending = await readPending(tx, tenant, PER_ROUND);
    const assets = await readAssetNames(tx, tenant, pending);
    const touched = new Map<string, IncidentFacts>();
    const late = new Set<string>();
    const refresh = async (id: string): Promise<void> => {
      const facts = await refreshIncident(tx, now(), id);
      if (facts !== undefined) touched.set(id, facts);
    };
    for (const alert of pending) {
      const { candidates, context } = await readCandidates(tx, alert, assets);
      const decision = decide(alert, candidates, context);
      decisions.inc({ decision: decision.kind });
      const id = await carryOut(tx, alert, decision);
      if (id === undefined) continue;
      const known = touched.get(id);
      // A large story is added up once a round, a small one at once, since the next alert is compared with it.
      if (known !== undefined && known.alerts > LARGE) late.add(id);
      else await refresh(id);
      if (decision.kind !== 'join') continue;
      for (const { candidate } of decision.merge.length === 0 ? [] : [decision.best, ...decision.merge]) {
        if (candidate.id === id) continue;
        const { number } = candidate;
        touched.set(candidate.id, {
          id: candidate.id,
          tenant,
          number,
          title: '',
          severity: 0,
          status: 'merged',
          alerts: 0,
        });
        late.delete(candidate.id);
      }
    }
    for (const id of late) await refresh(id);
    return { taken: pending.length, changed: [...touched.values()] };
  }

  async function carryOut(tx: Tx, alert: PendingAlert, decision: Decision): Promise<string | undefined> {
    const time = now();
    if (decision.kind === 'none') {
      await sql`update soc_alert set correlated_at = ${time} where id = ${alert.id}`.execute(tx);
      return undefined;
    }
    const companions = decision.with.map(({ candidate }) => candidate.id);
    if (decision.kind === 'open') {
      const { id } = await openIncident(tx, time, {
        tenant: alert.tenant,
        title: '',
        origin: 'auto',
        alertIds: [alert.id, ...companions],
      });
      await addEntry(tx, time, {
        incidentId: id,
        tenant: alert.tenant,
        kind: 'status',
        actor: CORRELATION,
        body: 'opened',
        data: { to: 'new', alertId: alert.id, ...alone(decision.with) },
      });
      for (const scored of decision.with)
        await addEntry(tx, time, joinEntry(id, alert.tenant, scored.candidate.id, scored));
      return id;
    }
    const { best } = decision;
    const target = { id: best.candidate.id, tenant: alert.tenant, number: best.candidate.number };
    await assignAlerts(tx, time, target.id, [alert.id, ...companions]);
    await addEntry(tx, time, joinEntry(target.id, alert.tenant, alert.id, best));
    for (const scored of decision.with)
      await addEntry(tx, time, joinEntry(target.id, alert.tenant, scored.candidate.id, scored));
    const merged = decision.merge.map(({ candidate }) => ({ id: candidate.id, number: candidate.number }));
    // The older number lives on.
    if (merged.length > 0) {
      const data = {
        alertId: alert.id,
        scores: [best, ...decision.merge].map(({ candidate, score }) => ({
          number: candidate.number,
          score: score.score,
        })),
      };
      const all = [best, ...decision.merge]
        .map(({ candidate }) => candidate)
        .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
      const [oldest, ...younger] = all;
      if (oldest !== undefined) {
        await mergeInto(
          tx,
          time,
          { id: oldest.id, tenant: alert.tenant, number: oldest.number },
          younger,
          CORRELATION,
          data,
        );
        await propose(tx, time, { ...target, id: oldest.id, number: oldest.number }, alert, decision.propose);
        return oldest.id;
      }
    }
    await propose(tx, time, target, alert, decision.propose);
    return target.id;
  }

  async function refreshGrown(tx: Tx, alertIds: readonly string[]): Promise<IncidentFacts[]> {
    const rows = await sql<{ incident_id: string }>`
      select distinct a.incident_id from soc_alert a join soc_incident i on i.id = a.incident_id
      where a.id = any(${alertIds}::text[]) and i.status in ('new', 'triage', 'contained') order by 1`.execute(tx);
    const changed: IncidentFacts[] = [];
    for (const { incident_id: id } of rows.rows) {
      const facts = await refreshIncident(tx, now(), id);
      if (facts !== undefined) changed.push(facts);
    }
    return changed;
  }

  function tell(changed: readonly IncidentFacts[]): void {
    for (const { id, tenant, number, title, severity, status } of changed) {
      bus.publish({
        topic: 'incident.changed',
        tenant,
        data: { id, tenant, number, title, titleZh: title, severity, status },
      });
    }
  }

  function wake(): void {
    if (stopped || soon !== undefined) return;
    soon = setTimeout(() => {
      soon = undefined;
      run().catch((error: unknown) => log.error({ err: error }, 'incident correlation failed; it tries again'));
    }, SETTLE_MS);
  }

  return {
    name: 'soc.incidents',
    nudge(alerts) {
      for (const alert of alerts) if (!alert.isNew && grown.size < 10_000) grown.add(alert.id);
      wake();
    },
    settle: run,
    async start() {
      stopped = false;
      sweep = setInterval(wake, SWEEP_MS);
      wake();
      await Promise.resolve();
    },
    async stop() {
      stopped = true;
      clearInterval(sweep);
      clearTimeout(soon);
      soon = undefined;
      await running?.catch(() => {});
    },
  };
}

function alone(companions: readonly Scored[]): Record<string, unknown> {
  return companions.length === 0
    ? { reason: 'severity' }
    : { reason: 'related', alerts: companions.map(({ candidate }) => candidate.id) };
}

function joinEntry(
  incidentId: string,
  tenant: string,
  alertId: string,
  { score }: Scored,
): Parameters<typeof addEntry>[2] {
  return {
    incidentId,
    tenant,
    kind: 'alert',
    actor: CORRELATION,
    body: 'joined',
    data: { alertId, ...score, factors: score.factors.slice(0, 8) },
  };
}

/** One proposal per pair of incidents. */
async function propose(
  tx: Tx,
  time: Date,
  target: { id: string; tenant: string; number: string },
  alert: PendingAlert,
  others: readonly Scored[],
): Promise<void> {
  for (const { candidate, score } of others) {
    const known = await sql`
      select 1 from soc_incident_entry where incident_id = ${target.id} and kind = 'merge' and data->>'proposal' = ${candidate.id} limit 1`.execute(
      tx,
    );
    if (known.rows.length > 0) continue;
    const data = {
      proposal: candidate.id,
      number: candidate.number,
      alertId: alert.id,
      score: score.score,
      factors: score.factors.slice(0, 8),
    };
    await addEntry(tx, time, {
      incidentId: target.id,
      tenant: target.tenant,
      kind: 'merge',
      actor: CORRELATION,
      body: `建议与 ${candidate.number} 合并`,
      data,
    });
  }
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= 5 || !isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** tries));
    }
  }
}
