import { a1 } from './a01-http-library.ts';
import { a2 } from './a02-recorded-token.ts';
import { a3 } from './a03-headless.ts';
import { a4 } from './a04-hidden-automation.ts';
import { a5 } from './a05-device-farm.ts';
import { a6 } from './a06-forged-answers.ts';
import { a7 } from './a07-human-crowd.ts';
import { a8 } from './a08-hoarder.ts';
import { a9 } from './a09-slow-prober.ts';
import { a10 } from './a10-insider.ts';
import { a11 } from './a11-adaptive.ts';
import { a12 } from './a12-denial.ts';
import { a13 } from './a13-framing.ts';
import type { AttackerFamily } from './family.ts';

export const FAMILIES: readonly AttackerFamily[] = [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13];

/**
 * The split, by family: the model, its thresholds and the policy are made from the first list on odd days and are frozen; the second list
 * is opened on even days only. The farm is among the held-out: it is what the goals are about.
 */
export const SPLIT: Readonly<Record<'train' | 'test', readonly AttackerFamily[]>> = {
  train: [a1, a2, a3, a8, a9],
  test: [a4, a5, a6, a7, a10, a11, a12, a13],
};
export { a5 };
export type { AttackerFamily };
