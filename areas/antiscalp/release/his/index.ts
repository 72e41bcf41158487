export * from './conformance.ts';
export * from './hl7.ts';
export * from './mllp.ts';
export * from './port.ts';
export * from './reconcile.ts';
export * from './rest-adapter.ts';
export * from './siu-adapter.ts';
