import type { Platform } from '@xinglin/platform/http';
import '../tables.ts';
import type { SilenceSink } from '../detect/hit.ts';
import type { SourceCounters } from './source-counters.ts';
import type { RegisteredSource, SourceRegistry } from './source-registry.ts';

/** Raises an alert when a source that used to send has been quiet for longer than it may, and closes it when it sends again. */
export interface SilenceWatch {
  check(): Promise<void>;
}

export function createSilenceWatch(
  platform: Pick<Platform, 'state' | 'bus' | 'log' | 'now' | 'metrics'>,
  registry: SourceRegistry,
  counters: SourceCounters,
  sink: SilenceSink,
): SilenceWatch {
  const startedAt = platform.now().getTime();
  let silentCount = 0;
  platform.metrics.gauge('xinglin_sources_silent', 'Sources that should send and do not', [], (gauge) =>
    gauge.set(silentCount),
  );

  async function mark(source: RegisteredSource, since: Date | null): Promise<void> {
    await platform.state.machine((tx) =>
      tx.updateTable('soc_source').set({ silent_since: since }).where('id', '=', source.id).execute(),
    );
    platform.bus.publish({
      topic: 'source.changed',
      tenant: source.tenant,
      data: { id: source.id, silent: since !== null },
    });
  }

  async function judge(source: RegisteredSource, now: number): Promise<boolean> {
    const last = Math.max(counters.lastReceived(source.id) ?? 0, source.lastReceivedAt ?? 0);
    // One that never sent is not silent but not set up. While we were down nobody could reach us: the clock starts with us.
    const quietSince = last === 0 ? undefined : Math.max(last, last < startedAt ? startedAt : 0);
    const silent =
      source.enabled &&
      source.silentAfterS > 0 &&
      quietSince !== undefined &&
      now - quietSince > source.silentAfterS * 1000;
    if (silent && source.silentSince === undefined) {
      const since = new Date(last);
      await sink.silent({
        sourceId: source.id,
        sourceName: source.name,
        tenant: source.tenant,
        since,
        silentAfterS: source.silentAfterS,
      });
      await mark(source, since);
    } else if (!silent && source.silentSince !== undefined && (last > source.silentSince || !source.enabled)) {
      await sink.recovered({ sourceId: source.id, tenant: source.tenant, at: new Date(now) });
      await mark(source, null);
    }
    return silent;
  }

  return {
    async check() {
      const now = platform.now().getTime();
      let silent = 0;
      for (const source of registry.all()) {
        try {
          if (await judge(source, now)) silent += 1;
        } catch (error) {
          platform.log.warn(
            { err: error, source: source.id },
            'silence of a source could not be recorded; trying again',
          );
        }
      }
      silentCount = silent;
    },
  };
}
