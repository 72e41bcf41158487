/**
 * Log lines and JSON documents → flat ECS. Pure: no I/O, no clock, no dependency; never throws.
 * @module
 */
export { catalogue } from './catalogue.ts';
export { createParser } from './parser.ts';
export { parseSyslog } from './syslog.ts';
export { apache } from './apache/parser.ts';
export { linuxAuth } from './linux-auth/parser.ts';
export { linuxSyslog } from './linux-syslog/parser.ts';
export { nginx } from './nginx/parser.ts';
export type {
  EcsValue,
  Fields,
  JsonDocument,
  LineParser,
  LogLine,
  ParseContext,
  Parsed,
  ParserSpec,
  SyslogFrame,
} from './types.ts';
