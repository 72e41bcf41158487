import type { Texts } from '@xinglin/platform/ui';

export const registerTexts: Texts = {};
