import type { Platform } from '@xinglin/platform/http';
import type { WorkCalendar } from './calendar/index.ts';
import type { FileStore } from './notices/files.ts';
import type { NoticeTemplate } from './notices/template.ts';

/** What the step's functions work with. */
export interface SuperviseContext {
  readonly platform: Platform;
  readonly calendar: WorkCalendar;
  readonly templates: ReadonlyMap<NoticeTemplate['type'], NoticeTemplate>;
  readonly files: FileStore;
}
