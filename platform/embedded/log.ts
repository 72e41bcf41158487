/** The part of a pino logger the embedded engines use; any pino `Logger` fits. */
export interface EngineLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const SILENT_LOG: EngineLog = { info: () => {}, warn: () => {}, error: () => {} };
