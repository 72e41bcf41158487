import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';

/** Structured log; one JSON object per line on stderr (stdout is for what a command prints). */
export type Logger = PinoLogger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Values that never reach a log, wherever they stand in the record. */
const SECRETS = [
  'password',
  '*.password',
  'token',
  '*.token',
  'secret',
  '*.secret',
  'authorization',
  'headers.authorization',
  'headers.cookie',
  'cookie',
];

export interface LogOptions {
  readonly level?: LogLevel;
  /** File descriptor or path; default stderr. */
  readonly destination?: number | string;
}

export function createLog(options: LogOptions = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS, censor: '[redacted]' },
    },
    pino.destination({ dest: options.destination ?? 2, sync: true }),
  );
}

/** A log that says nothing, for tests. */
export function silentLog(): Logger {
  return pino({ level: 'silent' });
}
