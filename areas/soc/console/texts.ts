import type { Texts } from '@xinglin/platform/ui';
import { commonTexts } from './texts/common.ts';
import { engineTexts } from './texts/engine.ts';
import { incidentTexts } from './texts/incident.ts';
import { noticeTexts } from './texts/notice.ts';
import { registerTexts } from './texts/register.ts';
import { respondTexts } from './texts/respond.ts';
import { screenTexts } from './texts/screen.ts';
import { searchTexts } from './texts/search.ts';

export const socTexts: Texts = {
  ...commonTexts,
  ...respondTexts,
  ...incidentTexts,
  ...searchTexts,
  ...noticeTexts,
  ...registerTexts,
  ...engineTexts,
  ...screenTexts,
};
