/** Back-tests as jobs: one at a time, on a thread, with progress in the state store; they outlive the page and, begun anew, a restart. */
import type { Platform, Service } from '@xinglin/platform/http';
import { XinglinError } from '@xinglin/platform/kernel';
import { startBackTest } from './back-test-thread.ts';
import type { RunningBackTest } from './back-test-thread.ts';
import type { DetectionManager } from './detection-manager.ts';
import { testedSet } from './rule-access.ts';
import type { AnyRule } from './rule-access.ts';
import './rule-tables.ts';

export interface BackTestJobs {
  /** There is a new job in the store. */
  wake(): void;
  /** Stops the job when it runs. */
  cancel(id: string): Promise<void>;
  /** Resolves when no job is waiting or running. */
  idle(): Promise<void>;
  readonly service: Service;
}

const KEPT_HITS = 1_000;
/** A job of months may take hours; its end is the period's. */
const NO_LIMIT = { maxEvents: Number.MAX_SAFE_INTEGER, maxMs: 24 * 3_600_000, shown: KEPT_HITS };
const TELL_EVERY_MS = 1_000;

export function createBackTestJobs(
  platform: Pick<Platform, 'state' | 'events' | 'log' | 'bus' | 'now'>,
  manager: DetectionManager,
): BackTestJobs {
  const { state, events, log, bus } = platform;
  let running: { readonly id: string; readonly work: RunningBackTest } | undefined;
  let stopping = false;
  let draining: Promise<void> = Promise.resolve();

  const changed = (id: string): void => bus.publish({ topic: 'rules.changed', tenant: '', data: { backTest: id } });

  async function next(): Promise<boolean> {
    const job = await state.owner
      .selectFrom('soc_rule_back_test')
      .selectAll()
      .where('status', '=', 'queued')
      .orderBy('created_at')
      .limit(1)
      .executeTakeFirst();
    if (job === undefined || stopping) return false;
    const set = (values: Record<string, unknown>): Promise<unknown> =>
      state.machine((tx) =>
        tx
          .updateTable('soc_rule_back_test')
          .set(values)
          .where('id', '=', job.id)
          .where('status', 'in', ['queued', 'running'])
          .execute(),
      );
    const from = job.period_from.getTime();
    const length = Math.max(1, job.period_to.getTime() - from);
    let toldAt = 0;
    let telling: Promise<unknown> = Promise.resolve();
    try {
      const period = { query: job.query, from: job.period_from, to: job.period_to };
      const { loaded } = manager;
      const find = (): AnyRule => {
        const rule = [...loaded.set.rules, ...loaded.set.correlations].find(({ id }) => id === job.rule_id);
        if (rule === undefined) throw new XinglinError('resource.not_found', { what: 'rule', id: job.rule_id });
        return rule;
      };
      const order = {
        set: testedSet(loaded.set, find, job.saved ? undefined : job.yaml),
        ruleId: job.rule_id,
        scopes: job.scopes,
        period,
        limits: NO_LIMIT,
      };
      await set({ status: 'running', started_at: platform.now() });
      changed(job.id);
      const work = startBackTest(events, order, ({ at, scanned, matched }) => {
        if (Date.now() - toldAt < TELL_EVERY_MS) return;
        toldAt = Date.now();
        const progress = Math.min(0.999, Math.max(0, (at - from) / length));
        telling = telling.then(() => set({ progress, scanned, matched })).catch(() => undefined);
      });
      running = { id: job.id, work };
      const result = await work.result;
      await telling;
      await set({
        status: 'done',
        progress: 1,
        scanned: result.scanned,
        matched: result.matched,
        per_day: JSON.stringify(result.perDay),
        per_tenant: JSON.stringify(result.perTenant),
        hits: JSON.stringify(result.hits),
        error: result.incomplete ? 'incomplete' : null,
        finished_at: platform.now(),
      });
    } catch (error) {
      await telling;
      // Stopped with the server: it begins anew at the next start. Cancelled: its state is already written.
      const cancelled = error instanceof XinglinError && error.code === 'rule.back_test_stopped';
      if (!stopping && !cancelled) {
        log.warn({ err: error, backTest: job.id }, 'a back-test failed');
        await set({
          status: 'failed',
          error: error instanceof Error ? error.message : String(error),
          finished_at: platform.now(),
        });
      }
    } finally {
      running = undefined;
      changed(job.id);
    }
    return !stopping;
  }

  async function drain(): Promise<void> {
    try {
      while (!stopping && (await next()));
    } catch (error) {
      log.warn({ err: error }, 'back-tests could not be read');
    }
  }

  function wake(): void {
    draining = draining.then(drain);
  }

  return {
    wake,
    async cancel(id) {
      if (running?.id === id) await running.work.stop();
    },
    async idle() {
      await draining;
    },
    service: {
      name: 'back-tests',
      async start() {
        await state.machine((tx) =>
          tx
            .updateTable('soc_rule_back_test')
            .set({ status: 'queued', progress: 0 })
            .where('status', '=', 'running')
            .execute(),
        );
        wake();
      },
      async stop() {
        stopping = true;
        await running?.work.stop();
        await draining;
      },
    },
  };
}
