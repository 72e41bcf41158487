import type { Register } from '../command.ts';
import { registerDemo } from './demo.ts';
import { registerServe } from './serve.ts';

/** All verbs, in the order of the help. */
export const COMMANDS: readonly Register[] = [registerServe, registerDemo];
