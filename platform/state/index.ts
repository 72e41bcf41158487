// A star, so that areas can add tables by `declare module '@xinglin/platform/state' { interface Database { … } }`.
export * from './port.ts';
export { appendAudit, auditHash, canonicalJson, verifyAudit } from './audit-chain.ts';
export type { AuditBreak, AuditHeadTable, AuditLogTable, AuditVerification } from './audit-chain.ts';
export { migrateState, pendingMigrations, readMigrations } from './migrate.ts';
export type { Migration } from './migrate.ts';
export { encodeScopes, openState } from './open-state.ts';
export type { OpenStateOptions, OpenedState } from './open-state.ts';
export { isConnectionError } from './pool.ts';
