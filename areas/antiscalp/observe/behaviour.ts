import type { BehaviourSummary } from '@xinglin/decide';
import { z } from 'zod';

/**
 * What the client may send of behaviour and features: known names, numbers in bounds. What is missing is missing and never counts against
 * anyone (a screen reader moves no pointer).
 */
const amount = z.number().min(0).max(1e9);
const place = z.number().min(-100_000).max(100_000);

export const behaviourSchema = z.object({
  pointer: z
    .array(z.tuple([amount, place, place]))
    .max(300)
    .default([]),
  touch: z
    .array(z.union([z.tuple([amount, place, place]), z.tuple([amount, place, place, amount])]))
    .max(200)
    .default([]),
  keys: z
    .array(z.tuple([amount, amount]))
    .max(200)
    .default([]),
  scrolls: amount.default(0),
  focuses: amount.default(0),
  actionAt: amount.optional(),
});

export const featureSchema = z.object({
  webdriver: z.boolean().optional(),
  width: amount.optional(),
  height: amount.optional(),
  dpr: z.number().min(0).max(10).optional(),
  inner: amount.optional(),
  zone: z.string().max(64).optional(),
  languages: z.string().max(64).optional(),
  platform: z.string().max(20).optional(),
  touch: z.number().min(0).max(20).optional(),
  cores: z.number().min(0).max(64).optional(),
  memory: z.number().min(0).max(1024).optional(),
  plugins: z.number().min(0).max(64).optional(),
  dark: z.boolean().optional(),
});
export type ClientFeatures = z.infer<typeof featureSchema>;

/** The coarse group of a device, or undefined when its owner did not agree to features. */
export function clusterText(features: ClientFeatures, userAgent: string): string | undefined {
  if (features.width === undefined) return undefined;
  const { width, height, dpr, zone, languages, platform, touch, cores, memory } = features;
  const browser = /(MicroMessenger|Edg|Chrome|Firefox|Version|UCBrowser|HuaweiBrowser)\/(\d+)/.exec(userAgent);
  return JSON.stringify([
    width,
    height,
    dpr,
    zone,
    languages,
    platform,
    touch,
    cores,
    memory,
    browser?.[1],
    browser?.[2],
  ]);
}

/** Contradictions between what the client says and what its requests say, each worth a glance and none a proof. */
export function mismatches(
  features: ClientFeatures,
  headers: { readonly userAgent: string; readonly acceptLanguage: string },
): readonly string[] {
  const found: string[] = [];
  if (features.webdriver === true) found.push('webdriver');
  // A phone's page is narrow. Tablets and desktop modes say Android without Mobile, hence the exact words.
  if (/iPhone|Android.*Mobile/.test(headers.userAgent) && (features.inner ?? 0) >= 1000) found.push('mobile_wide');
  const said = features.languages?.split(',')[0]?.slice(0, 2).toLowerCase();
  const sent = headers.acceptLanguage.slice(0, 2).toLowerCase();
  if (said !== undefined && said !== '' && sent !== '' && !headers.acceptLanguage.toLowerCase().includes(said))
    found.push('language');
  if (features.width === 800 && features.height === 600) found.push('screen');
  return found;
}

/** A visit's pages add up: what the newer recording knows replaces the older, kinds of input join. */
export function mergeBehaviour(before: BehaviourSummary | undefined, now: BehaviourSummary): BehaviourSummary {
  return before === undefined ? now : { ...before, ...now, inputs: before.inputs | now.inputs };
}
