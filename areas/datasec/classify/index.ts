export { DATA_CLASSES, classifyTable } from './classify-table.ts';
export type { ClassifiedColumn, DataClass } from './classify-table.ts';
