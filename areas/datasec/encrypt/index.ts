export { forPeople } from './errors.ts';
export { openSealedFile } from './sealed-file-provider.ts';
export type { SealedFileProvider } from './sealed-file-provider.ts';
export { createTransitProvider } from './transit-provider.ts';
