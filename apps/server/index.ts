export * from './administrators.ts';
export * from './areas.ts';
export * from './clickhouse-url.ts';
export * from './start-server.ts';
