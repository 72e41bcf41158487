import { catalogue } from './catalogue.ts';
import type { ParserSpec } from './types.ts';

/**
 * Names other collectors use for the same logs, so that a configuration taken over from Filebeat (`module-fileset`) or an
 * inventory works unchanged. Folder and dataset names need no entry.
 */
const aliases: Readonly<Record<string, string>> = {
  'apache.log': 'apache.access',
  'auditd.log': 'linux.auditd',
  'checkpoint.fw': 'checkpoint.firewall',
  'cisco.fwsm': 'cisco.asa',
  'cisco.ftd': 'cisco.asa',
  'cisco.nxos': 'cisco.ios',
  'cisco.nexus': 'cisco.ios',
  'cisco.pix': 'cisco.asa',
  dcm4chee: 'dicom.dcm4chee',
  dcmtk: 'dicom.dcmtk',
  orthanc: 'dicom.orthanc',
  'mirth.log': 'mirth.connect',
  'f5.bigip': 'f5.asm',
  'f5.bigipafm': 'f5.ltm',
  'f5.bigipapm': 'f5.apm',
  'elasticsearch.log': 'elasticsearch.server',
  'fortinet.firewall': 'fortinet.fortigate',
  dm: 'dameng.audit',
  kingbasees: 'kingbase.log',
  hl7: 'hl7.v2',
  'haproxy.http': 'haproxy.log',
  'iptables.log': 'linux.netfilter',
  iptables: 'linux.netfilter',
  'juniper.junos': 'juniper.srx',
  'mariadb.error': 'mysql.error',
  'microsoft.windows': 'windows.security',
  'panw.panos': 'paloalto.panos',
  'paloalto.firewall': 'paloalto.panos',
  'sophos.firewall': 'sophos.xg',
  'squid.log': 'squid.access',
  'snort.log': 'snort.alert',
  'system.auth': 'linux.auth',
  'system.syslog': 'linux.syslog',
  'zeek.connection': 'zeek.conn',
  'mysqlenterprise.audit': 'mysql.audit',
};

const folderOf = (spec: ParserSpec): string => spec.samples.slice(0, spec.samples.indexOf('/'));

let known: ReadonlyMap<string, string> | undefined;

function table(): ReadonlyMap<string, string> {
  if (known !== undefined) return known;
  const names = new Map<string, string>();
  const add = (name: string, dataset: string): void => {
    if (!names.has(name)) names.set(name, dataset);
  };
  for (const spec of catalogue) for (const dataset of [spec.dataset, ...(spec.datasets ?? [])]) add(dataset, dataset);
  for (const spec of catalogue) add(folderOf(spec), spec.dataset);
  for (const [alias, dataset] of Object.entries(aliases)) if (names.has(dataset)) add(alias, dataset);
  for (const [name, dataset] of names) add(name.replaceAll('.', '-'), dataset);
  known = names;
  return names;
}

/**
 * The dataset that pins the parser of a source: its folder (`cisco-asa`), a dataset (`cisco.asa`), or a usual other name
 * (`system-auth`). Undefined for names nobody knows.
 * @example
 * ```ts
 * import { datasetOfSource } from '@xinglin/parse';
 * datasetOfSource('fortinet-fortigate'); // 'fortinet.fortigate'
 * ```
 */
export function datasetOfSource(name: string): string | undefined {
  const wanted = name.trim().toLowerCase().replaceAll('/', '-');
  return table().get(wanted) ?? table().get(wanted.replaceAll('_', '-'));
}

/** Folder names of all parsers, sorted: what a person may choose from. */
export function sourceNames(): string[] {
  return [...new Set(catalogue.map(folderOf))].toSorted();
}
