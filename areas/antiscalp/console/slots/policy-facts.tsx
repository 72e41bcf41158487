import { duration, Facts, useText, type Translate } from '@xinglin/platform/ui';
import type { Policy, Release } from '../../release/core/types.ts';
import { percent } from '../figures.ts';

/** `30 分钟` where `duration` would say `30 分 0 秒`. */
function span(t: Translate, seconds: number): string {
  if (seconds % 3600 === 0 && seconds > 0) return t('slots.hours', { n: seconds / 3600 });
  return seconds % 60 === 0 && seconds > 0 ? t('slots.mins', { n: seconds / 60 }) : duration(t, seconds);
}

export function releaseWords(t: Translate, release: Release): string {
  const words = t(`slots.release.${release.kind}`);
  if (release.kind === 'random-delay') return `${words} · ≤ ${span(t, release.maxSeconds)}`;
  return release.kind === 'window' ? `${words} · ${span(t, release.windowSeconds)}` : words;
}

/** A policy in the words of people who book. */
export function PolicyFacts({ policy }: { readonly policy: Policy }) {
  const t = useText();
  const { freed, limits, reserved, weights } = policy;
  return (
    <Facts
      columns={2}
      items={[
        { label: t('slots.p.release'), value: releaseWords(t, policy.release) },
        {
          label: t('slots.p.freed'),
          value:
            freed.kind === 'waitlist-draw'
              ? t('slots.freedWaitlist', { min: span(t, freed.minSeconds), every: span(t, freed.everySeconds) })
              : t('slots.freedDelayed', { min: span(t, freed.minSeconds), max: span(t, freed.maxSeconds) }),
        },
        { label: t('slots.p.confirm'), value: span(t, policy.confirmSeconds) },
        {
          label: t('slots.p.reserved'),
          value:
            reserved.share === 0
              ? t('ui.none')
              : `${percent(reserved.share)} · ${reserved.channels.map((channel) => t(`slots.channel.${channel}`)).join(' ')}`,
        },
        {
          label: t('slots.p.weights'),
          value:
            weights.perLoss === 0
              ? t('slots.equalChance')
              : t('slots.weighted', { n: weights.perLoss, cap: weights.cap }),
        },
        { label: t('slots.algorithm'), value: policy.algorithm.toUpperCase() },
        { label: t('slots.p.beacon'), value: policy.beaconSource === '' ? t('ui.none') : policy.beaconSource },
        {
          label: t('slots.p.limits'),
          value: t('slots.limits', {
            day: limits.perDay,
            active: limits.active,
            doctor: limits.perDoctor.count,
            days: limits.perDoctor.withinDays,
          }),
        },
        limits.noShow === null
          ? undefined
          : {
              label: t('slots.p.noShow'),
              value: t('slots.penalty', {
                n: limits.noShow.count,
                days: limits.noShow.withinDays,
                ban: limits.noShow.banDays,
              }),
            },
        limits.cancel === null
          ? undefined
          : {
              label: t('slots.p.cancel'),
              value: t('slots.penalty', {
                n: limits.cancel.count,
                days: limits.cancel.withinDays,
                ban: limits.cancel.banDays,
              }),
            },
      ]}
    />
  );
}
