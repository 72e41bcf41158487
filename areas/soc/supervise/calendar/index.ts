export * from './calendar.ts';
export * from './day.ts';
export * from './statutory-days.ts';
