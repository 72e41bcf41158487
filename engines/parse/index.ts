/**
 * Log lines and JSON documents → flat ECS. Pure: no I/O, no clock, no dependency; never throws.
 * @module
 */
export { catalogue } from './catalogue.ts';
export { createParser } from './parser.ts';
export { datasetOfSource, sourceNames } from './sources.ts';
export { parseSyslog } from './syslog.ts';
export { apache } from './apache/parser.ts';
export { cef } from './cef/parser.ts';
export { checkpoint } from './checkpoint/parser.ts';
export { ciscoAsa } from './cisco-asa/parser.ts';
export { ciscoIos } from './cisco-ios/parser.ts';
export { dasWaf } from './das-waf/parser.ts';
export { devicePairs } from './device-pairs/parser.ts';
export { elasticsearch } from './elasticsearch/parser.ts';
export { fortigate } from './fortinet-fortigate/parser.ts';
export { h3cSecpath } from './h3c-secpath/parser.ts';
export { haproxy } from './haproxy/parser.ts';
export { hillstone } from './hillstone/parser.ts';
export { hisAudit } from './his-audit/parser.ts';
export { hl7v2 } from './hl7v2/parser.ts';
export { huaweiUsg } from './huawei-usg/parser.ts';
export { iis } from './iis/parser.ts';
export { juniperSrx } from './juniper-srx/parser.ts';
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
export { nsfocus } from './nsfocus/parser.ts';
export { paloalto } from './paloalto/parser.ts';
export { postgresql } from './postgresql/parser.ts';
export { qianxin } from './qianxin/parser.ts';
export { redis } from './redis/parser.ts';
export { sangfor } from './sangfor/parser.ts';
export { snort } from './snort/parser.ts';
export { sophos } from './sophos/parser.ts';
export { squid } from './squid/parser.ts';
export { suricata } from './suricata/parser.ts';
export { topsec } from './topsec/parser.ts';
export { traefik } from './traefik/parser.ts';
export { venustech } from './venustech/parser.ts';
export { windows } from './windows/parser.ts';
export { zeek } from './zeek/parser.ts';
export { icinga } from './icinga/parser.ts';
export { kibana } from './kibana/parser.ts';
export { logstash } from './logstash/parser.ts';
export { mssql } from './mssql/parser.ts';
export { oracle } from './oracle/parser.ts';
export { osquery } from './osquery/parser.ts';
export { pensando } from './pensando/parser.ts';
export { rabbitmq } from './rabbitmq/parser.ts';
export { santa } from './santa/parser.ts';
export { ciscoMeraki } from './cisco-meraki/parser.ts';
export { barracuda } from './barracuda/parser.ts';
export { f5 } from './f5/parser.ts';
export { o365 } from './o365/parser.ts';
export { qianxinTianqing } from './qianxin-tianqing/parser.ts';
export { qihoo360 } from './qihoo360/parser.ts';
export { asiainfo } from './asiainfo/parser.ts';
export { ruijie } from './ruijie/parser.ts';
export { dicom } from './dicom/parser.ts';
export { mirth } from './mirth/parser.ts';
export { atna } from './atna/parser.ts';
export { dameng } from './dameng/parser.ts';
export { kingbase } from './kingbase/parser.ts';
export { oceanbase } from './oceanbase/parser.ts';
export { vsftpd } from './vsftpd/parser.ts';
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
