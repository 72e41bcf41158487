import type { Platform } from '@xinglin/platform/http';
import type { ChangedAlert } from './store.ts';

/** From this severity on people are told at once. */
const ALARMING = 90;
const REMEMBERED = 5_000;

/** Sends one notification when an alert is, or becomes, critical. */
export function createAlarm(platform: Pick<Platform, 'notify' | 'log'>): (alerts: readonly ChangedAlert[]) => void {
  const told = new Set<string>();
  return (alerts) => {
    for (const alert of alerts) {
      const alarming = alert.level === 'critical' || alert.severity >= ALARMING;
      if (!alarming || told.has(alert.id)) continue;
      told.add(alert.id);
      const [oldest] = told;
      if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
      platform.notify
        .send({
          kind: 'alert.critical',
          tenant: alert.tenant,
          title: `严重告警：${alert.titleZh}`,
          text: `${alert.titleZh}(${alert.title})\n严重度 ${alert.severity}，已发生 ${alert.count} 次。请立即研判。`,
          link: `/alerts/${alert.id}`,
          severity: 'critical',
          dedupKey: `alert:${alert.id}`,
        })
        .catch((error: unknown) =>
          platform.log.warn({ err: error, alert: alert.id }, 'critical alert could not be notified'),
        );
    }
  };
}
