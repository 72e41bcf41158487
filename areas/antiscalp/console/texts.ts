import type { Texts } from '@xinglin/platform/ui';
import { guardWords } from './texts/guard.ts';
import { slotWords } from './texts/slots.ts';

export const guardTexts: Texts = { ...guardWords, ...slotWords };
