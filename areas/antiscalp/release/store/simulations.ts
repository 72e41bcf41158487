import { setImmediate as turn } from 'node:timers/promises';
import type { Platform } from '@xinglin/platform/http';
import type { Tx } from '@xinglin/platform/state';
import { simulationSteps } from '../core/index.ts';
import type { SimulationInput, SimulationResult } from '../core/index.ts';
import '../tables.ts';

export interface SimulationRunner {
  /** Starts what is queued, one at a time, and resolves when nothing is left. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs queued simulations in portions, so that the server goes on answering, and writes their progress. What a stop interrupts is queued again. */
export function createSimulationRunner(platform: Pick<Platform, 'state' | 'bus' | 'log'>): SimulationRunner {
  const { state, bus, log } = platform;
  let running: Promise<void> | undefined;
  let stopping = false;

  async function take(): Promise<{ id: string; tenant: string; input: SimulationInput } | undefined> {
    return await state.machine((tx: Tx) =>
      tx
        .updateTable('release_simulation')
        .set({ status: 'running', progress: 0 })
        .where('id', '=', (query) =>
          query
            .selectFrom('release_simulation')
            .select('id')
            .where('status', '=', 'queued')
            .orderBy('created_at')
            .limit(1)
            .forUpdate()
            .skipLocked(),
        )
        .returning(['id', 'tenant', 'input'])
        .executeTakeFirst(),
    );
  }
  const set = (
    id: string,
    values: { status?: 'done' | 'failed' | 'queued'; progress?: number; result?: string; error?: string },
  ) => state.machine((tx) => tx.updateTable('release_simulation').set(values).where('id', '=', id).execute());

  async function work(): Promise<void> {
    while (!stopping) {
      // What is taken is run: a stop in the meantime makes `run` give it back.
      const job = await take();
      if (job === undefined) return;
      const { id, tenant, input } = job;
      try {
        const result = await run(id, input);
        if (result === undefined) {
          await set(id, { status: 'queued', progress: 0 });
          return;
        }
        await set(id, { status: 'done', progress: 100, result: JSON.stringify(result) });
      } catch (error) {
        log.error({ err: error, simulation: id }, 'simulation failed');
        await set(id, { status: 'failed', error: error instanceof Error ? error.message : String(error) });
      }
      bus.publish({ topic: 'slots.changed', tenant, data: { simulation: id } });
    }
  }

  async function run(id: string, input: SimulationInput): Promise<SimulationResult | undefined> {
    let result: SimulationResult | undefined;
    let written = 0;
    for (const step of simulationSteps(input, 500)) {
      result = step.result;
      const progress = Math.floor((100 * step.done) / input.trials);
      if (progress >= written + 10 && step.result === undefined) {
        written = progress;
        await set(id, { progress });
      }
      await turn();
      if (stopping) return undefined;
    }
    return result;
  }

  return {
    drain() {
      running ??= work().finally(() => {
        running = undefined;
      });
      return running;
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}
