import { routesOf, type LogsourceRoute, type LogsourceRouting } from './routing.ts';
import { moreWindowsChannels, windowsRoutes } from './windows-routing.ts';

type Logsource = LogsourceRoute['logsource'];

const dataset = (logsource: Logsource, ...datasets: string[]): LogsourceRoute => ({
  logsource,
  when: { 'event.dataset': datasets },
});

const windows: readonly LogsourceRoute[] = [
  ...windowsRoutes(
    { channel: 'winlog.channel', eventId: 'event.code', eventType: 'winlog.event_data.EventType' },
    (name) => `winlog.event_data.${name}`,
  ),
  ...Object.entries(moreWindowsChannels).map(([service, channels]) => ({
    logsource: { product: 'windows', service },
    when: { 'winlog.channel': channels },
  })),
];

const linux: readonly LogsourceRoute[] = [
  dataset({ product: 'linux' }, 'linux.*', 'system.*', 'auditd.*'),
  dataset({ product: 'linux', service: 'auth' }, 'linux.auth', 'linux.secure', 'system.auth'),
  dataset({ product: 'linux', service: 'sshd' }, 'linux.auth', 'linux.secure', 'linux.sshd', 'system.auth'),
  dataset({ product: 'linux', service: 'sudo' }, 'linux.auth', 'linux.secure', 'linux.sudo', 'system.auth'),
  dataset({ product: 'linux', service: 'syslog' }, 'linux.*', 'system.*', 'syslog*'),
  dataset({ product: 'linux', service: 'cron' }, 'linux.cron', 'linux.syslog', 'system.syslog'),
  dataset({ product: 'linux', service: 'vsftpd' }, 'linux.syslog', 'linux.auth', 'vsftpd*'),
  dataset({ product: 'linux', service: 'guacamole' }, 'linux.syslog', 'guacamole*'),
  dataset({ product: 'linux', service: 'clamav' }, 'linux.syslog', 'clamav*'),
  dataset({ product: 'linux', service: 'auditd' }, 'linux.auditd', 'linux.audit', 'auditd*'),
  dataset(
    { product: 'linux', category: 'process_creation' },
    'linux.auditd',
    'linux.audit',
    'auditd*',
    'linux.process*',
    'linux.sysmon',
  ),
  dataset(
    { product: 'linux', category: 'file_event' },
    'linux.auditd',
    'linux.audit',
    'auditd*',
    'linux.file*',
    'linux.sysmon',
  ),
  dataset(
    { product: 'linux', category: 'network_connection' },
    'linux.auditd',
    'linux.audit',
    'auditd*',
    'linux.network*',
    'linux.sysmon',
  ),
];

const web: readonly LogsourceRoute[] = [
  dataset(
    { category: 'webserver' },
    'nginx.*',
    'apache.*',
    'iis.*',
    'tomcat.*',
    'haproxy.*',
    'traefik.*',
    'waf.*',
    'web.*',
    'caddy.*',
  ),
  dataset({ product: 'apache', service: 'apache' }, 'apache.*'),
  dataset({ service: 'apache' }, 'apache.*'),
  dataset({ service: 'nginx' }, 'nginx.*'),
  dataset({ category: 'webserver', product: 'nginx', service: 'nginx' }, 'nginx.*'),
  dataset({ category: 'proxy' }, 'squid.*', 'proxy.*', 'bluecoat.*', 'sangfor.ac', 'zscaler.*'),
];

const databases: readonly LogsourceRoute[] = [
  dataset(
    { category: 'database' },
    'postgresql.*',
    'mysql.*',
    'oracle.*',
    'mssql.*',
    'mongodb.*',
    'redis.*',
    'elasticsearch.*',
    'clickhouse.*',
    'dm.*',
    'kingbase.*',
    'gaussdb.*',
    'oceanbase.*',
    'database.*',
  ),
];

const network: readonly LogsourceRoute[] = [
  {
    logsource: { category: 'firewall' },
    when: {
      'event.dataset': [
        'cisco.*',
        'fortinet.*',
        'checkpoint.*',
        'huawei.*',
        'h3c.*',
        'hillstone.*',
        'topsec.*',
        'sangfor.*',
        'venustech.*',
        'qianxin.*',
        'paloalto.*',
        'panw.*',
        'juniper.*',
        'iptables.*',
        'linux.iptables',
        'linux.netfilter',
        'firewall.*',
        'pfsense.*',
      ],
    },
  },
  dataset({ product: 'fortigate', service: 'event' }, 'fortinet.*'),
  dataset({ product: 'fortios', service: 'sslvpnd' }, 'fortinet.*'),
  dataset({ category: 'dns' }, 'bind.*', 'dns.*', 'suricata.eve', 'zeek.dns', 'windows.dns*'),
  dataset({ product: 'zeek', service: 'dns' }, 'zeek.dns'),
  dataset({ product: 'zeek', service: 'http' }, 'zeek.http'),
  dataset({ product: 'zeek', service: 'smb_files' }, 'zeek.smb_files'),
  dataset({ product: 'zeek', service: 'dce_rpc' }, 'zeek.dce_rpc'),
  dataset({ product: 'zeek', service: 'kerberos' }, 'zeek.kerberos'),
  dataset({ product: 'zeek', service: 'rdp' }, 'zeek.rdp'),
  dataset({ product: 'zeek', service: 'x509' }, 'zeek.x509'),
  ...['aaa', 'bgp', 'ldp'].map((service) => dataset({ product: 'cisco', service }, 'cisco.*')),
  dataset({ product: 'cisco', service: 'duo' }, 'cisco.duo*'),
  dataset({ product: 'huawei', service: 'bgp' }, 'huawei.*'),
  dataset({ product: 'juniper', service: 'bgp' }, 'juniper.*'),
  // Logins are told by what the event says, wherever it comes from.
  dataset({ category: 'authentication' }, '*'),
  dataset({ category: 'antivirus' }, 'antivirus.*', 'clamav*', 'edr.*', 'qianxin.tianqing', 'sangfor.edr', '360.*'),
];

/**
 * Which ECS events (as `@xinglin/parse` writes them) can match the rules of a log source: Windows by `winlog.channel`
 * and `event.code`, everything else by `event.dataset`. A log source that is not in SigmaHQ's list but equals the
 * product's own data sets (product `his`, service `audit` ↔ `his.audit`) is added with `withDatasetRoutes`.
 *
 * @example
 * ```ts
 * import { compile, ecsMapping, ecsRouting } from '@xinglin/sigma';
 *
 * compile([], { mapping: ecsMapping, routing: ecsRouting }).engine.size; // 0
 * ```
 */
export const ecsRouting: LogsourceRouting = {
  name: 'ecs',
  routes: [...windows, ...linux, ...web, ...databases, ...network],
  unrouted: 'skip',
};

/**
 * Adds a route for each rule that has none: product and service (or category) name the data set (`his` + `audit` →
 * `his.audit`), a product alone all its data sets (`his.*`), a service or category alone the data set of that name.
 *
 * @example
 * ```ts
 * import { ecsRouting, withDatasetRoutes } from '@xinglin/sigma';
 *
 * const routing = withDatasetRoutes(ecsRouting, [{ logsource: { product: 'his', service: 'audit' } }]);
 * routing.routes.at(-1)?.when; // { 'event.dataset': ['his.audit', 'his.audit.*'] }
 * ```
 */
export function withDatasetRoutes(
  routing: LogsourceRouting,
  rules: readonly { readonly logsource: Logsource }[],
): LogsourceRouting {
  const routes = [...routing.routes];
  for (const { logsource } of rules) {
    if (routesOf({ ...routing, routes }, logsource).length > 0) continue;
    const { category, product, service } = logsource;
    const tail = service ?? category;
    const name = [product, tail].filter((part) => part !== undefined).join('.');
    routes.push({
      logsource: { ...(category && { category }), ...(product && { product }), ...(service && { service }) },
      when: { 'event.dataset': tail === undefined ? [`${name}.*`] : [name, `${name}.*`] },
    });
  }
  return { ...routing, routes };
}
