import { apache } from './apache/parser.ts';
import { cef } from './cef/parser.ts';
import { ciscoAsa } from './cisco-asa/parser.ts';
import { fortigate } from './fortinet-fortigate/parser.ts';
import { haproxy } from './haproxy/parser.ts';
import { hisAudit } from './his-audit/parser.ts';
import { iis } from './iis/parser.ts';
import { kafka } from './kafka/parser.ts';
import { leef } from './leef/parser.ts';
import { linuxAuditd } from './linux-auditd/parser.ts';
import { linuxAuth } from './linux-auth/parser.ts';
import { linuxSyslog } from './linux-syslog/parser.ts';
import { mongodb } from './mongodb/parser.ts';
import { mysql } from './mysql/parser.ts';
import { nats } from './nats/parser.ts';
import { netfilter } from './netfilter/parser.ts';
import { nginx } from './nginx/parser.ts';
import { postgresql } from './postgresql/parser.ts';
import { redis } from './redis/parser.ts';
import { suricata } from './suricata/parser.ts';
import { traefik } from './traefik/parser.ts';
import { windows } from './windows/parser.ts';
import type { ParserSpec } from './types.ts';

/**
 * Every parser of the package. Order matters only between equally sure candidates: the first wins.
 * @example
 * ```ts
 * import { catalogue } from '@xinglin/parse';
 * catalogue.map((spec) => spec.dataset); // ['linux.auth', 'nginx.access', …]
 * ```
 */
export const catalogue: readonly ParserSpec[] = [
  linuxAuth,
  linuxAuditd,
  cef,
  ciscoAsa,
  leef,
  fortigate,
  netfilter,
  traefik,
  haproxy,
  iis,
  postgresql,
  mysql,
  mongodb,
  redis,
  nats,
  kafka,
  nginx,
  apache,
  windows,
  suricata,
  hisAudit,
  linuxSyslog,
];
