/**
 * Log lines as the real devices write them. Each takes the moment it happened, so the same builders serve the past day's
 * back-fill and the live play.
 */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** Wall clock in China (UTC+8), where every device of the region lives. */
function local(at: Date): Date {
  return new Date(at.getTime() + 8 * 3_600_000);
}

function clock(at: Date): string {
  const wall = local(at);
  return `${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}:${two(wall.getUTCSeconds())}`;
}

function date(at: Date): string {
  const wall = local(at);
  return `${wall.getUTCFullYear()}-${two(wall.getUTCMonth() + 1)}-${two(wall.getUTCDate())}`;
}

/** RFC 3164 header. */
function header(at: Date, priority: number, host: string, tag: string): string {
  const wall = local(at);
  return `<${priority}>${MONTHS[wall.getUTCMonth()]} ${String(wall.getUTCDate()).padStart(2, ' ')} ${clock(at)} ${host} ${tag}: `;
}

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly action?: 'accept' | 'deny';
  readonly sent?: number;
  readonly received?: number;
  readonly fromPort?: number;
  readonly service?: string;
}

/** FortiGate traffic log (FortiOS 7.4 log reference, type=traffic subtype=forward). */
export function fortigate(at: Date, device: string, flow: Flow): string {
  const action = flow.action ?? 'accept';
  const nanos = `${at.getTime()}000000`;
  return (
    `<189>date=${date(at)} time=${clock(at)} devname="${device}" devid="FG100FTK21004321" eventtime=${nanos} tz="+0800" logid="${action === 'deny' ? '0000000014' : '0000000013'}" ` +
    `type="traffic" subtype="forward" level="${action === 'deny' ? 'warning' : 'notice'}" vd="root" srcip=${flow.from} srcport=${flow.fromPort ?? 50_000 + (flow.port % 9000)} srcintf="port2" srcintfrole="lan" ` +
    `dstip=${flow.to} dstport=${flow.port} dstintf="port3" dstintfrole="lan" policyid=${action === 'deny' ? 0 : 12} sessionid=${at.getTime() % 10_000_000} proto=6 action="${action}" ` +
    `service="${flow.service ?? `tcp/${flow.port}`}" duration=12 sentbyte=${flow.sent ?? 1840} rcvdbyte=${flow.received ?? 5230} sentpkt=14 rcvdpkt=19 appcat="unscanned"`
  );
}

export function sshd(at: Date, host: string, message: string): string {
  return header(at, 86, host, `sshd[${4000 + (at.getTime() % 997)}]`) + message;
}

export function sudo(at: Date, host: string, user: string, command: string): string {
  return `${header(at, 86, host, 'sudo')}${user} : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=${command}`;
}

export interface WebRequest {
  readonly ip: string;
  readonly method?: string;
  readonly path: string;
  readonly status?: number;
  readonly bytes?: number;
  readonly agent?: string;
}

export const BROWSER =
  'Mozilla/5.0 (Linux; Android 13; V2241A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.47';

/** nginx combined log through syslog (access_log syslog:server=…). */
export function nginx(at: Date, host: string, request: WebRequest): string {
  const wall = local(at);
  const stamp = `${two(wall.getUTCDate())}/${MONTHS[wall.getUTCMonth()]}/${wall.getUTCFullYear()}:${clock(at)} +0800`;
  return `${header(at, 190, host, 'nginx')}${request.ip} - - [${stamp}] "${request.method ?? 'GET'} ${request.path} HTTP/1.1" ${request.status ?? 200} ${request.bytes ?? 2310} "-" "${request.agent ?? BROWSER}"`;
}

export interface WindowsEvent {
  readonly id: number;
  readonly channel: 'Security' | 'System' | 'Sysmon' | 'PowerShell' | 'Defender';
  readonly host: string;
  readonly data: Readonly<Record<string, string>>;
  readonly message?: string;
}

const CHANNELS = {
  Security: ['Security', 'Microsoft-Windows-Security-Auditing'],
  System: ['System', 'Service Control Manager'],
  Sysmon: ['Microsoft-Windows-Sysmon/Operational', 'Microsoft-Windows-Sysmon'],
  PowerShell: ['Microsoft-Windows-PowerShell/Operational', 'Microsoft-Windows-PowerShell'],
  Defender: ['Microsoft-Windows-Windows Defender/Operational', 'Microsoft-Windows-Windows Defender'],
} as const;

/** The document Winlogbeat 8 sends to Elasticsearch. */
export function winlogbeat(at: Date, event: WindowsEvent): Record<string, unknown> {
  const [channel, provider] = CHANNELS[event.channel];
  return {
    '@timestamp': at.toISOString(),
    ecs: { version: '8.0.0' },
    agent: { type: 'winlogbeat', version: '8.17.0', name: event.host },
    host: { name: event.host, os: { type: 'windows', family: 'windows' } },
    event: { code: String(event.id), kind: 'event', provider },
    log: { level: 'information' },
    winlog: {
      channel,
      provider_name: provider,
      event_id: String(event.id),
      computer_name: event.host,
      record_id: at.getTime() % 100_000_000,
      api: 'wineventlog',
      event_data: event.data,
    },
    message: event.message ?? `Event ${event.id} of ${provider}`,
  };
}

export interface HisAct {
  readonly operator: string;
  readonly name: string;
  readonly department: string;
  readonly workstation: string;
  readonly ip: string;
  readonly action: 'login' | 'query' | 'export' | 'print' | 'modify' | 'delete' | 'grant';
  readonly object: 'patient' | 'prescription' | 'order' | 'fee' | 'record' | 'drug' | 'account';
  readonly rows?: number;
  readonly patient?: string;
  readonly sql?: string;
  readonly result?: 'success' | 'failure';
}

/** The HIS audit record of engines/parse/his-audit, in the Chinese keys that HIS vendors write. */
export function hisAudit(at: Date, act: HisAct): Record<string, unknown> {
  const verbs = {
    login: '登录',
    query: '查询',
    export: '导出',
    print: '打印',
    modify: '修改',
    delete: '删除',
    grant: '授权',
  };
  const objects = {
    patient: '患者',
    prescription: '处方',
    order: '医嘱',
    fee: '费用',
    record: '病历',
    drug: '药品',
    account: '账号',
  };
  return {
    日志类型: 'HIS操作日志',
    操作时间: `${date(at)} ${clock(at)}`,
    系统: 'HIS',
    操作员: act.operator,
    操作员姓名: act.name,
    科室: act.department,
    工作站: act.workstation,
    客户端IP: act.ip,
    操作: verbs[act.action],
    对象: objects[act.object],
    行数: act.rows ?? 1,
    ...(act.patient === undefined ? {} : { 患者ID: act.patient }),
    ...(act.sql === undefined ? {} : { SQL: act.sql }),
    结果: act.result === 'failure' ? '失败' : '成功',
  };
}

/** One Suricata EVE record. */
export function eve(
  at: Date,
  type: 'alert' | 'dns' | 'flow' | 'tls',
  flow: Flow,
  body: Record<string, unknown>,
): Record<string, unknown> {
  return {
    timestamp: at.toISOString().replace('Z', '000+0000'),
    flow_id: at.getTime() * 1000 + flow.port,
    in_iface: 'span0',
    event_type: type,
    src_ip: flow.from,
    src_port: flow.fromPort ?? 50_123,
    dest_ip: flow.to,
    dest_port: flow.port,
    proto: type === 'dns' ? 'UDP' : 'TCP',
    ...(type === 'flow'
      ? {
          flow: {
            pkts_toserver: 12,
            pkts_toclient: 14,
            bytes_toserver: flow.sent ?? 1200,
            bytes_toclient: flow.received ?? 6000,
            state: 'closed',
          },
        }
      : { [type]: body }),
  };
}
