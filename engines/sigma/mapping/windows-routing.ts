import type { LogsourceRoute, LogsourceRouting } from './routing.ts';

// The log sources of Windows as SigmaHQ maps them (tests/thor.yml): a service is one or more event channels, a category
// is a set of event ids in one of those services.

/** Sigma service → event channels. */
export const windowsChannels: Readonly<Record<string, readonly string[]>> = {
  application: ['Application'],
  security: ['Security'],
  system: ['System'],
  ntlm: ['Microsoft-Windows-NTLM/Operational'],
  sysmon: ['Microsoft-Windows-Sysmon/Operational'],
  powershell: ['Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational'],
  'powershell-classic': ['Windows PowerShell'],
  taskscheduler: ['Microsoft-Windows-TaskScheduler/Operational'],
  wmi: ['Microsoft-Windows-WMI-Activity/Operational'],
  dhcp: ['Microsoft-Windows-DHCP-Server/Operational'],
  'printservice-admin': ['Microsoft-Windows-PrintService/Admin'],
  'smbclient-security': ['Microsoft-Windows-SmbClient/Security'],
  'smbclient-connectivity': ['Microsoft-Windows-SmbClient/Connectivity'],
  'smbserver-connectivity': ['Microsoft-Windows-SMBServer/Connectivity'],
  'printservice-operational': ['Microsoft-Windows-PrintService/Operational'],
  'terminalservices-localsessionmanager': ['Microsoft-Windows-TerminalServices-LocalSessionManager/Operational'],
  'codeintegrity-operational': ['Microsoft-Windows-CodeIntegrity/Operational'],
  applocker: [
    'Microsoft-Windows-AppLocker/MSI and Script',
    'Microsoft-Windows-AppLocker/EXE and DLL',
    'Microsoft-Windows-AppLocker/Packaged app-Deployment',
    'Microsoft-Windows-AppLocker/Packaged app-Execution',
  ],
  'msexchange-management': ['MSExchange Management'],
  windefend: ['Microsoft-Windows-Windows Defender/Operational'],
  'firewall-as': ['Microsoft-Windows-Windows Firewall With Advanced Security/Firewall'],
  'bits-client': ['Microsoft-Windows-Bits-Client/Operational'],
  'security-mitigations': [
    'Microsoft-Windows-Security-Mitigations/Kernel Mode',
    'Microsoft-Windows-Security-Mitigations/User Mode',
  ],
  'diagnosis-scripted': ['Microsoft-Windows-Diagnosis-Scripted/Operational'],
  'shell-core': ['Microsoft-Windows-Shell-Core/Operational'],
  openssh: ['OpenSSH/Operational'],
  ldap: ['Microsoft-Windows-LDAP-Client/Debug'],
  bitlocker: ['Microsoft-Windows-BitLocker/BitLocker Management'],
  vhdmp: ['Microsoft-Windows-VHDMP/Operational'],
  'appxdeployment-server': ['Microsoft-Windows-AppXDeploymentServer/Operational'],
  'lsa-server': ['Microsoft-Windows-LSA/Operational'],
  'appxpackaging-om': ['Microsoft-Windows-AppxPackaging/Operational'],
  'dns-client': ['Microsoft-Windows-DNS Client Events/Operational'],
  'appmodel-runtime': ['Microsoft-Windows-AppModel-Runtime/Admin'],
  capi2: ['Microsoft-Windows-CAPI2/Operational'],
  'certificateservicesclient-lifecycle-system': [
    'Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational',
  ],
  'kernel-shimengine': [
    'Microsoft-Windows-Kernel-ShimEngine/Operational',
    'Microsoft-Windows-Kernel-ShimEngine/Diagnostic',
  ],
  'application-experience': [
    'Microsoft-Windows-Application-Experience/Program-Telemetry',
    'Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant',
  ],
  ntfs: ['Microsoft-Windows-Ntfs/Operational'],
  'hyper-v-worker': ['Microsoft-Windows-Hyper-V-Worker'],
  'kernel-event-tracing': ['Microsoft-Windows-Kernel-EventTracing'],
  sense: ['Microsoft-Windows-SENSE/Operational'],
  'servicebus-client': ['Microsoft-ServiceBus-Client/Admin', 'Microsoft-ServiceBus-Client/Operational'],
  'iis-configuration': ['Microsoft-IIS-Configuration/Operational'],
};

/** Channels of services that rules name but SigmaHQ's map lacks. */
export const moreWindowsChannels: Readonly<Record<string, readonly string[]>> = {
  'dns-server': ['DNS Server'],
  'dns-server-analytic': ['Microsoft-Windows-DNS-Server/Analytical'],
  'driver-framework': ['Microsoft-Windows-DriverFrameworks-UserMode/Operational'],
  'microsoft-servicebus-client': ['Microsoft-ServiceBus-Client/Admin', 'Microsoft-ServiceBus-Client/Operational'],
};

/** A category served by certain events of a service. */
export interface WindowsCategory {
  readonly category: string;
  readonly service: string;
  readonly eventIds: readonly number[];
  /** Value of EventType, where the event id alone does not tell. */
  readonly eventType?: string;
  /** Rule field → EventData name, where the service uses other names than Sigma. */
  readonly fields?: Readonly<Record<string, string>>;
}

const sysmon = (category: string, ...eventIds: number[]): WindowsCategory => ({
  category,
  service: 'sysmon',
  eventIds,
});

export const windowsCategories: readonly WindowsCategory[] = [
  sysmon('process_creation', 1),
  {
    category: 'process_creation',
    service: 'security',
    eventIds: [4688],
    fields: { Image: 'NewProcessName', ParentImage: 'ParentProcessName' },
  },
  sysmon('file_change', 2),
  sysmon('network_connection', 3),
  sysmon('sysmon_status', 4, 16),
  sysmon('process_termination', 5),
  sysmon('driver_load', 6),
  sysmon('image_load', 7),
  sysmon('create_remote_thread', 8),
  sysmon('raw_access_thread', 9),
  sysmon('process_access', 10),
  sysmon('file_event', 11),
  sysmon('registry_event', 12, 13, 14),
  {
    category: 'registry_add',
    service: 'sysmon',
    eventIds: [12],
    eventType: 'CreateKey',
  },
  {
    category: 'registry_delete',
    service: 'sysmon',
    eventIds: [12],
    eventType: 'DeleteKey',
  },
  {
    category: 'registry_delete',
    service: 'sysmon',
    eventIds: [12],
    eventType: 'DeleteValue',
  },
  sysmon('registry_set', 13),
  sysmon('registry_rename', 14),
  sysmon('create_stream_hash', 15),
  sysmon('pipe_created', 17, 18),
  sysmon('wmi_event', 19, 20, 21),
  sysmon('dns_query', 22),
  sysmon('file_delete', 23),
  sysmon('clipboard_change', 24),
  sysmon('process_tampering', 25),
  sysmon('file_delete_detected', 26),
  sysmon('file_block_executable', 27),
  sysmon('file_block_shredding', 28),
  sysmon('file_executable_detected', 29),
  sysmon('sysmon_error', 255),
  {
    category: 'ps_module',
    service: 'powershell',
    eventIds: [4103],
  },
  {
    category: 'ps_script',
    service: 'powershell',
    eventIds: [4104],
  },
  {
    category: 'ps_classic_start',
    service: 'powershell-classic',
    eventIds: [400],
  },
  {
    category: 'ps_classic_provider_start',
    service: 'powershell-classic',
    eventIds: [600],
  },
  {
    category: 'ps_classic_script',
    service: 'powershell-classic',
    eventIds: [800],
  },
  {
    category: 'antivirus',
    service: 'windefend',
    eventIds: [1006, 1007, 1008, 1009, 1010, 1011, 1012, 1017, 1018, 1019, 1115, 1116],
    fields: { Signature: 'ThreatName', Filename: 'Path' },
  },
];

/** Builds the routes of Windows for events that keep channel, event id and event type under the given keys. */
export function windowsRoutes(
  keys: { readonly channel: string; readonly eventId: string; readonly eventType: string },
  fieldKey: (eventDataName: string) => string,
): LogsourceRoute[] {
  const routes: LogsourceRoute[] = [{ logsource: { product: 'windows' }, when: { [keys.channel]: ['*'] } }];
  for (const [service, channels] of Object.entries(windowsChannels)) {
    routes.push({ logsource: { product: 'windows', service }, when: { [keys.channel]: channels } });
  }
  for (const { category, service, eventIds, eventType, fields } of windowsCategories) {
    const table = Object.entries(fields ?? {}).map(([field, name]) => [field, fieldKey(name)] as const);
    routes.push({
      logsource: { product: 'windows', category },
      when: {
        [keys.channel]: windowsChannels[service] as readonly string[],
        [keys.eventId]: eventIds,
        ...(eventType === undefined ? {} : { [keys.eventType]: [eventType] }),
      },
      ...(table.length === 0 ? {} : { fields: Object.fromEntries(table) }),
    });
  }
  return routes;
}

/**
 * SigmaHQ's official Windows log-source map for flat events (`Channel`, `EventID`, `EventType`). Rules of other
 * products have no route and are listed as issues.
 *
 * @example
 * ```ts
 * import { compile, flatWindowsRouting, parseRules } from '@xinglin/sigma';
 *
 * const { rules } = parseRules([
 *   {
 *     file: 'a.yml',
 *     document: {
 *       title: 'Encoded command',
 *       logsource: { category: 'process_creation', product: 'windows' },
 *       detection: { selection: { 'CommandLine|contains': ' -enc ' }, condition: 'selection' },
 *     },
 *   },
 * ]);
 * const { engine } = compile(rules, { routing: flatWindowsRouting });
 * const Channel = 'Microsoft-Windows-Sysmon/Operational';
 * engine.match({ Channel, EventID: 1, CommandLine: 'powershell -enc SQBFAFgA' }).length; // 1
 * engine.match({ Channel, EventID: 3, CommandLine: 'powershell -enc SQBFAFgA' }).length; // 0
 * ```
 */
export const flatWindowsRouting: LogsourceRouting = {
  name: 'flat-windows',
  routes: windowsRoutes({ channel: 'Channel', eventId: 'EventID', eventType: 'EventType' }, (name) => name),
  unrouted: 'skip',
};

/**
 * Events that carry their log source themselves in `product`, `category` and `service` (rsigma's convention): a rule is
 * tried unless one of the three contradicts it.
 *
 * @example
 * ```ts
 * import { compile, labelRouting } from '@xinglin/sigma';
 *
 * compile([], { routing: labelRouting }).engine.size; // 0
 * ```
 */
export const labelRouting: LogsourceRouting = {
  name: 'labels',
  routes: [],
  labels: { product: 'product', category: 'category', service: 'service' },
  unrouted: 'always',
};
