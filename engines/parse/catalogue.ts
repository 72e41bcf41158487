import { apache } from './apache/parser.ts';
import { cef } from './cef/parser.ts';
import { checkpoint } from './checkpoint/parser.ts';
import { ciscoAsa } from './cisco-asa/parser.ts';
import { ciscoIos } from './cisco-ios/parser.ts';
import { dasWaf } from './das-waf/parser.ts';
import { devicePairs } from './device-pairs/parser.ts';
import { elasticsearch } from './elasticsearch/parser.ts';
import { fortigate } from './fortinet-fortigate/parser.ts';
import { h3cSecpath } from './h3c-secpath/parser.ts';
import { haproxy } from './haproxy/parser.ts';
import { hillstone } from './hillstone/parser.ts';
import { hisAudit } from './his-audit/parser.ts';
import { hl7v2 } from './hl7v2/parser.ts';
import { huaweiUsg } from './huawei-usg/parser.ts';
import { iis } from './iis/parser.ts';
import { juniperSrx } from './juniper-srx/parser.ts';
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
import { nsfocus } from './nsfocus/parser.ts';
import { paloalto } from './paloalto/parser.ts';
import { postgresql } from './postgresql/parser.ts';
import { qianxin } from './qianxin/parser.ts';
import { redis } from './redis/parser.ts';
import { sangfor } from './sangfor/parser.ts';
import { snort } from './snort/parser.ts';
import { sophos } from './sophos/parser.ts';
import { squid } from './squid/parser.ts';
import { suricata } from './suricata/parser.ts';
import { topsec } from './topsec/parser.ts';
import { traefik } from './traefik/parser.ts';
import { venustech } from './venustech/parser.ts';
import { windows } from './windows/parser.ts';
import { zeek } from './zeek/parser.ts';
import { icinga } from './icinga/parser.ts';
import { kibana } from './kibana/parser.ts';
import { logstash } from './logstash/parser.ts';
import { mssql } from './mssql/parser.ts';
import { oracle } from './oracle/parser.ts';
import { osquery } from './osquery/parser.ts';
import { pensando } from './pensando/parser.ts';
import { rabbitmq } from './rabbitmq/parser.ts';
import { santa } from './santa/parser.ts';
import { ciscoMeraki } from './cisco-meraki/parser.ts';
import { barracuda } from './barracuda/parser.ts';
import { f5 } from './f5/parser.ts';
import { o365 } from './o365/parser.ts';
import { qianxinTianqing } from './qianxin-tianqing/parser.ts';
import { qihoo360 } from './qihoo360/parser.ts';
import { asiainfo } from './asiainfo/parser.ts';
import { ruijie } from './ruijie/parser.ts';
import { dicom } from './dicom/parser.ts';
import { mirth } from './mirth/parser.ts';
import { atna } from './atna/parser.ts';
import { dameng } from './dameng/parser.ts';
import { kingbase } from './kingbase/parser.ts';
import { oceanbase } from './oceanbase/parser.ts';
import { vsftpd } from './vsftpd/parser.ts';
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
  asiainfo,
  cef,
  ciscoAsa,
  leef,
  fortigate,
  paloalto,
  juniperSrx,
  checkpoint,
  sophos,
  barracuda,
  f5,
  huaweiUsg,
  h3cSecpath,
  hillstone,
  topsec,
  venustech,
  nsfocus,
  qianxinTianqing,
  qihoo360,
  sangfor,
  dasWaf,
  qianxin,
  ciscoMeraki,
  ruijie,
  ciscoIos,
  snort,
  hl7v2,
  atna,
  dicom,
  mirth,
  netfilter,
  vsftpd,
  squid,
  traefik,
  haproxy,
  iis,
  dameng,
  oceanbase,
  kingbase,
  postgresql,
  mysql,
  mongodb,
  redis,
  nats,
  kafka,
  logstash,
  elasticsearch,
  icinga,
  rabbitmq,
  santa,
  mssql,
  oracle,
  pensando,
  nginx,
  apache,
  windows,
  suricata,
  zeek,
  osquery,
  o365,
  kibana,
  hisAudit,
  devicePairs,
  linuxSyslog,
];
