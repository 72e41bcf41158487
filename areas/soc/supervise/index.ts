import type { Mount, Platform, RouteSpec, Service } from '@xinglin/platform/http';
import { zoneAndSystemRoutes } from './assets/parts.ts';
import { assetRoutes } from './assets/routes.ts';
import { loadCalendar } from './calendar/index.ts';
import { workdayRoutes } from './calendar/routes.ts';
import type { SuperviseContext } from './context.ts';
import { institutionRoutes } from './institutions/routes.ts';
import { createFileStore } from './notices/files.ts';
import { sendReminders } from './notices/reminders.ts';
import { recipientRoutes } from './notices/recipient-routes.ts';
import { noticeRoutes } from './notices/routes.ts';
import { loadNoticeTemplates } from './notices/template.ts';
import { sendStatutoryReminders } from './statutory/clocks.ts';
import { statutoryRoutes } from './statutory/routes.ts';
import { createTicker } from './ticker.ts';

export { startClosingClock, startStatutoryClocks } from './statutory/clocks.ts';
export type { ClockIncident } from './statutory/clocks.ts';

export interface SuperviseDeps {
  /** Folder with `notices/` and `calendar/`; default: the repository's `content/`. */
  readonly contentDir?: URL;
}

export interface Supervise {
  readonly routes: readonly RouteSpec[];
  readonly mounts: readonly Mount[];
  readonly services: readonly Service[];
  /** For the steps that follow (printing, reports). */
  readonly context: SuperviseContext;
}

export const CONTENT_DIR = new URL('../../../content/', import.meta.url);

/** Institutions, what they own, notices and their rectification, statutory clocks. */
export function createSupervise(platform: Platform, deps: SuperviseDeps = {}): Supervise {
  const contentDir = deps.contentDir ?? CONTENT_DIR;
  const context: SuperviseContext = {
    platform,
    calendar: loadCalendar(new URL('calendar/cn.yaml', contentDir)),
    templates: loadNoticeTemplates(new URL('notices/', contentDir)),
    files: createFileStore(platform.dataDir),
  };
  return {
    routes: [
      ...institutionRoutes(platform),
      ...assetRoutes(platform),
      ...zoneAndSystemRoutes(platform),
      ...workdayRoutes(context),
      ...noticeRoutes(context),
      ...recipientRoutes(context),
      ...statutoryRoutes(context),
    ],
    mounts: [],
    services: [
      createTicker('supervise.reminders', platform.log, () => sendReminders(context)),
      createTicker('supervise.statutory', platform.log, () => sendStatutoryReminders(context)),
    ],
    context,
  };
}
