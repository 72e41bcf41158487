export * from './command.ts';
export * from './output.ts';
export * from './program.ts';
