import { duration, Facts, useText, type Translate } from '@xinglin/platform/ui';
import type { Policy, Release } from '../../release/core/types.ts';
import { percent } from '../figures.ts';

export function releaseWords(t: Translate, release: Release): string {
  const words = t(`slots.release.${release.kind}`);
  if (release.kind === 'random-delay') return `${words} · ≤ ${duration(t, release.maxSeconds)}`;
  return release.kind === 'window' ? `${words} · ${duration(t, release.windowSeconds)}` : words;
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
              ? t('slots.freedWaitlist', { min: duration(t, freed.minSeconds), every: duration(t, freed.everySeconds) })
              : t('slots.freedDelayed', { min: duration(t, freed.minSeconds), max: duration(t, freed.maxSeconds) }),
        },
        { label: t('slots.p.confirm'), value: duration(t, policy.confirmSeconds) },
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
