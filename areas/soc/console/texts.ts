import type { Texts } from '@xinglin/platform/ui';
import { commonTexts } from './texts/common.ts';
import { respondTexts } from './texts/respond.ts';
import { screenTexts } from './texts/screen.ts';

export const socTexts: Texts = { ...commonTexts, ...respondTexts, ...screenTexts };
