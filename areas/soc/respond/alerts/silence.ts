import type { Platform } from '@xinglin/platform/http';
import type { SilenceAlert, SilenceSink } from '../../detect/hit.ts';
import { silenceKey } from './dedup.ts';
import { isTransient } from './aggregator.ts';
import { closeByKey, saveDrafts } from './store.ts';
import type { ChangedAlert } from './store.ts';

const REMEDIATION_ZH =
  '1. 确认设备或采集器是否在线、网络与端口是否可达；2. 检查令牌是否被轮换、来源地址是否变更；3. 确认是否有人停用日志外发——攻击者常先关闭日志；4. 恢复后本告警会自动关闭。';
const REMEDIATION =
  '1. Check that the device or collector is up and that network and port are reachable. 2. Check whether its token was rotated or its address changed. 3. Find out whether someone turned logging off: attackers do that first. 4. This alert closes by itself when events come again.';

/** Alerts about sources that stopped sending: one open alert per source, closed when events come again. */
export function createSilence(
  platform: Pick<Platform, 'state' | 'now' | 'bus'>,
  onChanged: (alerts: readonly ChangedAlert[]) => void,
): SilenceSink {
  const { state, now, bus } = platform;
  return {
    async silent(alert) {
      for (let tries = 1; ; tries++) {
        try {
          onChanged(await state.machine((tx) => saveDrafts(tx, now(), [draftOf(alert)], { onlyNew: true })));
          return;
        } catch (error) {
          if (tries >= 3 || !isTransient(error)) throw error;
        }
      }
    },
    async recovered({ tenant, sourceId, at }) {
      const key = silenceKey(tenant, sourceId);
      const closed = await state.machine((tx) => closeByKey(tx, now(), key, `日志源于 ${at.toISOString()} 恢复`));
      if (closed === undefined) return;
      bus.publish({
        topic: 'alert.changed',
        tenant,
        data: { id: closed.id, tenant, act: 'recovered', incidentId: closed.incidentId },
      });
    },
  };
}

function draftOf({
  tenant,
  sourceId,
  sourceName,
  since,
  silentAfterS,
}: SilenceAlert): Parameters<typeof saveDrafts>[2][number] {
  const minutes = Math.round(silentAfterS / 60);
  return {
    key: silenceKey(tenant, sourceId),
    head: {
      tenant,
      kind: 'silence',
      ruleId: 'xinglin.silence',
      title: `Log source silent: ${sourceName}`,
      titleZh: `日志源静默：${sourceName}`,
      techniques: ['T1562'],
      tactics: ['defense-evasion'],
      remediation: REMEDIATION,
      remediationZh: REMEDIATION_ZH,
    },
    draft: {
      count: 1,
      firstSeen: since.getTime(),
      lastSeen: since.getTime(),
      entities: [],
      level: 'medium',
      asset: undefined,
      confidence: undefined,
      sources: [sourceId],
      explanation: {
        kind: 'silence',
        source: {
          id: sourceId,
          name: sourceName,
          since: since.toISOString(),
          silentAfterS,
          silentAfterMinutes: minutes,
        },
      },
      explained: { ts: since.getTime(), batch: '', seq: 0 },
      evidence: [],
    },
  };
}
