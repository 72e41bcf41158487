export * from './port.ts';
export { EVENT_COLUMNS } from './columns.ts';
export type { EventColumn } from './columns.ts';
export { insertNdjson } from './insert-ndjson.ts';
export type { InsertOptions } from './insert-ndjson.ts';
export { openEvents } from './open-events.ts';
export type { OpenEventsOptions, OpenedEvents } from './open-events.ts';
export { scopeFilter, tableFilters } from './scope-filter.ts';
export * from './search/index.ts';
