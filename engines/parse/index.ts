/**
 * Log lines and JSON documents → flat ECS. Pure: no I/O, no clock, no dependency; never throws.
 * @module
 */
export { catalogue } from './catalogue.ts';
export { createParser } from './parser.ts';
export { parseSyslog } from './syslog.ts';
export { apache } from './apache/parser.ts';
export { cef } from './cef/parser.ts';
export { ciscoAsa } from './cisco-asa/parser.ts';
export { fortigate } from './fortinet-fortigate/parser.ts';
export { haproxy } from './haproxy/parser.ts';
export { hisAudit } from './his-audit/parser.ts';
export { iis } from './iis/parser.ts';
export { kafka } from './kafka/parser.ts';
export { leef } from './leef/parser.ts';
export { linuxAuditd } from './linux-auditd/parser.ts';
export { linuxAuth } from './linux-auth/parser.ts';
export { linuxSyslog } from './linux-syslog/parser.ts';
export { mongodb } from './mongodb/parser.ts';
export { mysql } from './mysql/parser.ts';
export { nats } from './nats/parser.ts';
export { netfilter } from './netfilter/parser.ts';
export { nginx } from './nginx/parser.ts';
export { postgresql } from './postgresql/parser.ts';
export { redis } from './redis/parser.ts';
export { suricata } from './suricata/parser.ts';
export { traefik } from './traefik/parser.ts';
export { windows } from './windows/parser.ts';
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
