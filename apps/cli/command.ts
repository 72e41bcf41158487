import type { Command } from 'commander';
import { loadConfig } from '@xinglin/platform/kernel';
import type { LoadedConfig } from '@xinglin/platform/kernel';
import { createOutput, printError } from './output.ts';
import type { Output } from './output.ts';

/** Adds one verb to the program; each file in commands/ exports one. */
export type Register = (program: Command) => void;

export interface GlobalOptions {
  readonly json?: boolean;
  readonly config?: string;
}

/**
 * Wraps a command's work: reads the global options, prints any error with its code, sets the exit code. The work returns the exit code,
 * or nothing for success.
 */
export function action<O>(
  work: (context: {
    output: Output;
    globals: GlobalOptions;
    options: O;
    args: readonly string[];
  }) => Promise<number | void>,
) {
  return async function run(this: Command): Promise<void> {
    const globals = this.optsWithGlobals<GlobalOptions>();
    const output = createOutput(globals.json === true);
    try {
      const code = await work({ output, globals, options: this.opts<O & object>(), args: this.args });
      if (typeof code === 'number') process.exitCode = code;
    } catch (error) {
      process.exitCode = printError(error, output.json);
    }
  };
}

export function readConfig(globals: GlobalOptions, overrides: Record<string, unknown> = {}): Promise<LoadedConfig> {
  return loadConfig({ overrides, ...(globals.config === undefined ? {} : { file: globals.config }) });
}
